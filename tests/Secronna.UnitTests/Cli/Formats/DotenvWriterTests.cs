using Secronna.Cli.Errors;
using Secronna.Cli.Formats;
using Secronna.Tests.Consumers;
using Xunit;

namespace Secronna.UnitTests.Cli.Formats;

/// <summary>Exports for Node's dotenv: every value that the format can hold is written and read back exactly.</summary>
public sealed class DotenvWriterTests
{
    // Texts that follow a line. A reader could take them for a continuation of the line or for its end.
    private static readonly string[] Followers = ["", "'", "\"", "`", " '\"`# '\n", "#'\"`\n", "LAST='\\'\"`\n\"\n'\n`\n"];

    [Fact]
    public void Node_reads_every_value_back_whatever_text_follows()
    {
        var lines = HardValues.All.Concat(Words.Of("'\"`\\nr\n\r #a\u2028", 3)).Distinct()
            .Select(value => (Value: value, Line: Try(value))).Where(line => line.Line is not null).ToList();
        Assert.True(lines.Count > 1_000);
        var texts = lines.SelectMany(line => Followers, (line, follower) => (line.Value, Text: $"{line.Line}\n{follower}")).ToList();
        foreach (var ((value, text), read) in texts.Zip(NodeReader.Read("dotenv", [.. texts.Select(text => text.Text)])))
        {
            Assert.True(read[0] == ("KEY", value), $"Node reads this differently: {System.Text.Json.JsonSerializer.Serialize(text)}");
        }
    }

    [Fact]
    public void Node_reads_a_whole_file_back()
    {
        var secrets = HardValues.All.Where(value => Try(value) is not null).Select((value, i) => ($"KEY{i}", value)).ToList();
        var text = ExportFormats.Write("dotenv", secrets);
        Assert.Equal(secrets, NodeReader.Read("dotenv", [text])[0]);
        Assert.Equal(secrets, DotenvReader.Read(text).Entries.Select(entry => (entry.Key, entry.Value)));
        Assert.InRange(secrets.Count, HardValues.All.Count - 2, HardValues.All.Count);
    }

    // Uses our own reader. Other tests show that it reads as Node does.
    [Theory]
    [InlineData("'\"`\\nr\n\r# a", 6)]
    [InlineData("'\"`\\#\u2028a", 7)]
    [InlineData("\"\\nr\r\n#", 7)]
    public void The_writer_refuses_only_values_that_no_text_can_express(string characters, int longest)
    {
        var refused = Words.Of(characters, longest - 2).Where(value => Try(value) is null).ToHashSet();
        var held = Words.Of(characters, longest).SelectMany(word => DotenvReader.Read("KEY=" + word).Entries.Take(1))
            .Where(entry => entry.Key == "KEY" && refused.Contains(entry.Value)).Select(entry => entry.Value).Distinct();
        Assert.NotEmpty(refused);
        Assert.Empty(held.Select(value => System.Text.Json.JsonSerializer.Serialize(value)));
    }

    [Theory]
    [InlineData("a", "KEY='a'")]
    [InlineData("it's", "KEY=\"it's\"")]
    [InlineData("\"it's\"", "KEY=`\"it's\"`")]
    [InlineData("a\r\n", "KEY=\"a\\r\n\"")]
    [InlineData("a \\", "KEY=a \\")]
    [InlineData("all ' three \" quotes `", "KEY=all ' three \" quotes `")]
    [InlineData("'\"`", "KEY=''\"`'")]
    [InlineData("# \\", "KEY='# \\' #'-")]
    public void A_value_is_written_in_the_plainest_way(string value, string line) => Assert.Equal(line, DotenvWriter.Line("KEY", value));

    [Theory]
    [InlineData("'\"` # canary")]
    [InlineData("'\"`\\n\ncanary")]
    [InlineData("\\n\rcanary")]
    public void A_value_that_the_format_can_not_hold_is_an_error_that_names_the_key(string value)
    {
        var error = Assert.Throws<CliException>(() => DotenvWriter.Line("KEY", value));
        Assert.Contains("KEY", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", error.Message, StringComparison.Ordinal);
    }

    private static string? Try(string value)
    {
        try
        {
            return DotenvWriter.Line("KEY", value);
        }
        catch (CliException)
        {
            return null;
        }
    }
}
