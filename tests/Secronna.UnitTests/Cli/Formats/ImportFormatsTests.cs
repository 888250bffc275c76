using System.Text;
using Secronna.Cli.Errors;
using Secronna.Cli.Formats;
using Secronna.Tests.Consumers;
using Xunit;

namespace Secronna.UnitTests.Cli.Formats;

/// <summary>Files to import are read whole, or refused with an error that names the place and no value.</summary>
public sealed class ImportFormatsTests
{
    [Theory]
    [InlineData("dotenv")]
    [InlineData("json")]
    public void An_export_is_read_back_exactly(string format)
    {
        var secrets = HardValues.All.Where(value => CanHold(format, value)).Select((value, i) => KeyValuePair.Create($"KEY{i}", value)).ToList();
        Assert.Equal(secrets, Read(ExportFormats.Write(format, [.. secrets.Select(secret => (secret.Key, secret.Value))]), format).Secrets);
    }

    [Theory]
    [InlineData(".env", "A=1", null)]
    [InlineData("a.JSON", "{\"A\":\"1\"}", null)]
    [InlineData("-", "\uFEFF \n{\"A\":\"1\"}", null)]
    [InlineData("secrets", "{\"A\":\"1\"}", null)]
    [InlineData("a.json", "A=1", "dotenv")]
    [InlineData(".env", "\uFEFF{\"A\":\"1\"}", "json")]
    [InlineData("-", "\uFEFF# {\r\nA: 1\r\n", null)]
    public void The_format_is_the_given_one_or_the_detected_one(string file, string text, string? format) => Assert.Equal(
        [KeyValuePair.Create("A", "1")], ImportFormats.Read(Encoding.UTF8.GetBytes(text), file, format).Secrets);

    [Theory]
    [InlineData("# nothing\n", "dotenv")]
    [InlineData("", "dotenv")]
    [InlineData("{}", "json")]
    public void A_file_may_contain_no_key(string text, string format) => Assert.Empty(Read(text, format).Secrets);

    [Fact]
    public void The_last_value_of_a_repeated_key_counts_as_in_Node()
    {
        var read = Read("A=1\nB=2\nA=3\n", "dotenv");
        Assert.Equal([KeyValuePair.Create("A", "3"), KeyValuePair.Create("B", "2")], read.Secrets);
        Assert.Equal(["A"], read.Repeated);
    }

    [Theory]
    [InlineData("dotenv", "A=1\nB.C=canary\n", "line 2: the key is not allowed")]
    [InlineData("dotenv", "A=1\n\n1B=canary\n", "line 3: the key is not allowed")]
    [InlineData("dotenv", "A=1\ncanary\n", "line 2 is neither KEY=value nor a comment")]
    [InlineData("dotenv", "A=1\nB=\"one\ncanary\n", "line 3 is neither KEY=value nor a comment; a key consists of ASCII letters, digits and underscores; line 2 opens a quote that nothing closes")]
    [InlineData("dotenv", "A='1\n2'\nB=can\0ary\n", "line 3: the value of B contains U+0000")]
    [InlineData("json", "{\"A\":\"1\",\"B\":null}", "member 2: the value of B is null, not a string: leave the key out")]
    [InlineData("json", "{\"A\":{\"B\":1}}", "member 1: the value of A is an object, not a string: give each part its own key")]
    [InlineData("json", "{\"B\":4711}", "member 1: the value of B is a number")]
    [InlineData("json", "{\"B\":true}", "member 1: the value of B is true or false")]
    [InlineData("json", "{\"B\":[\"canary\"]}", "member 1: the value of B is an array")]
    [InlineData("json", "{\"B\":{\"C\":\"canary\"}}", "member 1: the value of B is an object")]
    [InlineData("json", "{\"A\":\"canary\",\"B\":\"\",\"A\":\"canary\"}", "member 3: the file contains A twice")]
    [InlineData("json", "{\"A\":\"can\\u0000ary\"}", "member 1, A: the value of A contains U+0000")]
    [InlineData("json", "{\"A\":\"\\ud83d canary\"}", "member 1: the value of A contains half a character")]
    [InlineData("json", "{\"\\ud83d\":\"canary\"}", "member 1: its name contains half a character")]
    [InlineData("json", "{\"A\\u001b[31m\":\"canary\"}", "member 1, A?[31m: the key is not allowed")]
    [InlineData("json", "{\n\"A\": \"x\",\n\"B\": canary}", "line 3, byte 6: the text is not JSON")]
    [InlineData("json", "[\"canary\"]", "must be one JSON object")]
    [InlineData("json", "{\"A\":\"canary\"} {}", "not JSON from here on")]
    [InlineData("json", "", "not JSON from here on")]
    public void A_file_that_can_not_be_imported_is_an_error_that_names_the_place(string format, string text, string said)
    {
        var error = Assert.Throws<CliException>(() => Read(text, format));
        Assert.Contains(said, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("4711", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("x", 65_536)]
    [InlineData("é", 32_768)]
    public void A_value_may_be_as_long_as_the_server_allows(string character, int count)
    {
        var longest = string.Concat(Enumerable.Repeat(character, count));
        Assert.Equal(longest, Read("A=" + longest, "dotenv").Secrets[0].Value);
        var error = Assert.Throws<CliException>(() => Read($"A={longest}x", "dotenv"));
        Assert.Equal("line 1: the value of A is longer than 65536 bytes", error.Message);
    }

    [Fact]
    public void A_file_that_is_not_UTF_8_is_refused() =>
        Assert.Contains("UTF-8", Assert.Throws<CliException>(() => ImportFormats.Read([0xFF, 0xFE, 0x41, 0], ".env", null)).Message, StringComparison.Ordinal);

    private static ImportedSecrets Read(string text, string format) => ImportFormats.Read(Encoding.UTF8.GetBytes(text), "file", format);

    private static bool CanHold(string format, string value)
    {
        try
        {
            return ExportFormats.Write(format, [("KEY", value)]).Length > 0;
        }
        catch (CliException)
        {
            return false;
        }
    }
}
