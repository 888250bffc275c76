using System.Text;
using Secronna.Cli;
using Secronna.Cli.Formats;
using Secronna.Tests.Consumers;
using Xunit;

namespace Secronna.UnitTests.Cli;

/// <summary>Files to import: taken whole, or refused with the place and never a value.</summary>
public sealed class ImportFormatsTests
{
    [Theory]
    [InlineData("dotenv")]
    [InlineData("json")]
    public void What_was_exported_is_read_as_it_was(string format)
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
    public void The_format_is_the_one_said_or_seen(string file, string text, string? format) => Assert.Equal(
        [KeyValuePair.Create("A", "1")], ImportFormats.Read(Encoding.UTF8.GetBytes(text), file, format).Secrets);

    [Theory]
    [InlineData("# nothing\n", "dotenv")]
    [InlineData("", "dotenv")]
    [InlineData("{}", "json")]
    public void A_file_may_have_nothing_in_it(string text, string format) => Assert.Empty(Read(text, format).Secrets);

    [Fact]
    public void The_last_of_a_repeated_key_counts_as_for_Node()
    {
        var read = Read("A=1\nB=2\nA=3\n", "dotenv");
        Assert.Equal([KeyValuePair.Create("A", "3"), KeyValuePair.Create("B", "2")], read.Secrets);
        Assert.Equal(["A"], read.Repeated);
    }

    [Theory]
    [InlineData("dotenv", "A=1\nB.C=canary\n", "line 2: can't be a key")]
    [InlineData("dotenv", "A=1\n\n1B=canary\n", "line 3: can't be a key")]
    [InlineData("dotenv", "A=1\ncanary\n", "line 2: neither KEY=value, with a key")]
    [InlineData("dotenv", "A=1\nB=\"one\ncanary\n", "line 3: neither KEY=value, with a key of ASCII letters, digits and underscores, nor a comment; line 2 opens a quote that nothing closes")]
    [InlineData("dotenv", "A='1\n2'\nB=can\0ary\n", "line 3: the value of B has a U+0000")]
    [InlineData("json", "{\"A\":\"1\",\"B\":null}", "member 2: the value of B is null, not a string: leave the key out")]
    [InlineData("json", "{\"A\":{\"B\":1}}", "member 1: the value of A is an object, not a string: give each part a key of its own")]
    [InlineData("json", "{\"B\":4711}", "member 1: the value of B is a number")]
    [InlineData("json", "{\"B\":true}", "member 1: the value of B is true or false")]
    [InlineData("json", "{\"B\":[\"canary\"]}", "member 1: the value of B is an array")]
    [InlineData("json", "{\"B\":{\"C\":\"canary\"}}", "member 1: the value of B is an object")]
    [InlineData("json", "{\"A\":\"canary\",\"B\":\"\",\"A\":\"canary\"}", "member 3: A is there twice")]
    [InlineData("json", "{\"A\":\"can\\u0000ary\"}", "member 1, A: the value of A has a U+0000")]
    [InlineData("json", "{\"A\":\"\\ud83d canary\"}", "member 1: the value of A has half a character")]
    [InlineData("json", "{\"\\ud83d\":\"canary\"}", "member 1: its name is half a character")]
    [InlineData("json", "{\"A\\u001b[31m\":\"canary\"}", "member 1, A?[31m: can't be a key")]
    [InlineData("json", "{\n\"A\": \"x\",\n\"B\": canary}", "line 3, byte 6: not JSON")]
    [InlineData("json", "[\"canary\"]", "not one JSON object")]
    [InlineData("json", "{\"A\":\"canary\"} {}", "not JSON from here on")]
    [InlineData("json", "", "not JSON from here on")]
    public void What_can_not_be_imported_is_an_error_that_names_the_place(string format, string text, string said)
    {
        var error = Assert.Throws<CliException>(() => Read(text, format));
        Assert.Contains(said, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("4711", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("x", 65_536)]
    [InlineData("é", 32_768)]
    public void A_value_may_be_as_long_as_the_server_lets_it_be(string character, int count)
    {
        var longest = string.Concat(Enumerable.Repeat(character, count));
        Assert.Equal(longest, Read("A=" + longest, "dotenv").Secrets[0].Value);
        var error = Assert.Throws<CliException>(() => Read($"A={longest}x", "dotenv"));
        Assert.Equal("line 1: the value of A is over 65536 bytes", error.Message);
    }

    [Fact]
    public void A_file_that_is_not_UTF_8_is_refused() =>
        Assert.Contains("UTF-8", Assert.Throws<CliException>(() => ImportFormats.Read([0xFF, 0xFE, 0x41, 0], ".env", null)).Message, StringComparison.Ordinal);

    private static ImportedText Read(string text, string format) => ImportFormats.Read(Encoding.UTF8.GetBytes(text), "file", format);

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
