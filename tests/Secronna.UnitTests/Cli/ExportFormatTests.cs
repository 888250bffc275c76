using System.Text.Json;
using System.Text.RegularExpressions;
using Secronna.Cli;
using Secronna.Cli.Formats;
using Xunit;

namespace Secronna.UnitTests.Cli;

/// <summary>Exports: exact, or an error that names the key and never the value.</summary>
public sealed partial class ExportFormatTests
{
    public static TheoryData<string> Values =>
    [
        "", "plain", " leading and trailing ", "a=b", "# no comment", "a #b", "$HOME ${HOME} $(id) `id`", "it's", "\"quoted\"", "back\\slash",
        "\\n is no line", "two\nlines", "\n", "crlf\r\nline", "tab\there", "ünï€😀", "'; rm -rf / #", "a\n'b'\nc", "KEY='x'\nOTHER=y", "!history", "%PATH%", "-n",
    ];

    [Theory]
    [MemberData(nameof(Values))]
    public void JSON_and_YAML_hold_every_value(string value)
    {
        Assert.Equal(value, JsonDocument.Parse(Write("json", value)).RootElement.GetProperty("KEY").GetString());
        var line = Write("yaml", value);
        Assert.StartsWith("\"KEY\": ", line, StringComparison.Ordinal);
        Assert.Equal(value, JsonSerializer.Deserialize<string>(line["\"KEY\": ".Length..]));
        Assert.DoesNotMatch("[^\n -~]", line);
    }

    [Theory]
    [MemberData(nameof(Values))]
    public void Dotenv_holds_what_its_grammar_can(string value)
    {
        var text = Write("dotenv", value);
        Assert.Equal([("KEY", value), ("LAST", "1")], ReadDotenv(text + "LAST=1\n"));
    }

    [Theory]
    [InlineData("all ' three \" quotes `")]
    [InlineData("ends with \\ and has ' and \"\\")]
    [InlineData("a \r and a \\")]
    public void What_dotenv_can_not_hold_is_an_error_that_names_the_key(string value)
    {
        var error = Assert.Throws<CliException>(() => Write("dotenv", value));
        Assert.Contains("KEY", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(value, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("two\nlines")]
    [InlineData("crlf\r\n")]
    public void Docker_takes_no_line_breaks(string value) =>
        Assert.Contains("KEY", Assert.Throws<CliException>(() => Write("docker", value)).Message, StringComparison.Ordinal);

    [Fact]
    public void Docker_takes_all_else_as_it_stands() => Assert.Equal("KEY= 'a' \"b\" $c #d\n", Write("docker", " 'a' \"b\" $c #d"));

    [Theory]
    [InlineData("shell", "A;B")]
    [InlineData("shell", "1A")]
    [InlineData("shell", "A-B")]
    [InlineData("shell", "")]
    [InlineData("docker", "A=B")]
    [InlineData("docker", "#A")]
    [InlineData("dotenv", "A B")]
    public void A_key_that_could_be_something_else_there_is_an_error(string format, string key) =>
        Assert.Throws<CliException>(() => ExportFormats.Write(format, [(key, "v")]));

    private static string Write(string format, string value) => ExportFormats.Write(format, [("KEY", value)]);

    // As Node's dotenv 17 reads: its own expression, and what it does with what that finds.
    private static IEnumerable<(string, string)> ReadDotenv(string text) =>
        NodeDotenv().Matches(ReturnLines().Replace(text, "\n")).Select(match =>
        {
            var value = match.Groups[2].Value.Trim();
            var quote = value.Length > 0 ? value[0] : ' ';
            value = Quotes().Replace(value, "$2");
            return (match.Groups[1].Value, quote == '"'
                ? value.Replace("\\n", "\n", StringComparison.Ordinal).Replace("\\r", "\r", StringComparison.Ordinal)
                : value);
        });

    [GeneratedRegex("""^\s*(?:export\s+)?([\w.-]+)(?:\s*=\s*?|:\s+?)(\s*'(?:\\'|[^'])*'|\s*"(?:\\"|[^"])*"|\s*`(?:\\`|[^`])*`|[^#\r\n]+)?\s*(?:#.*)?$""", RegexOptions.Multiline)]
    private static partial Regex NodeDotenv();

    [GeneratedRegex("\r\n?")]
    private static partial Regex ReturnLines();

    [GeneratedRegex("""^(['"`])([\s\S]*)\1$""", RegexOptions.Multiline)]
    private static partial Regex Quotes();
}
