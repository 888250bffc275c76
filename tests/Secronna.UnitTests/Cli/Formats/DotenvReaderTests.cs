using CsCheck;
using Secronna.Cli.Formats;
using Secronna.Tests.Consumers;
using Xunit;

namespace Secronna.UnitTests.Cli.Formats;

/// <summary>Our dotenv reader, compared with Node's own.</summary>
public sealed class DotenvReaderTests
{
    private const int Texts = 20_000;

    private static readonly string[] Parts =
    [
        "A", "B", "KEY", "export ", "export", "=", "=", "=", ": ", ":", "'", "'", "\"", "\"", "`", "`", "\\", "\\", "\\n", "\\r", "\n", "\n", "\n", "\r", "\r\n", " ", " ",
        "\t", "\v", "\f", "#", "#", "$", "${A}", "a", "é", ".", "-", "_", "1", "😀", "\u2028", "\u2029", "\uFEFF", "\u0085", "\u00a0", "\u180e", "\u3000", "\0", "A=", "\nB=", "\nA='",
    ];

    private static readonly Gen<string> AnyText = Gen.Int[0, Parts.Length - 1].Select(i => Parts[i]).Array[0, 16].Select(string.Concat);

    [Fact]
    public void The_reader_reads_every_text_as_Node_does() => AnyText.Array[Texts].Sample(texts =>
    {
        var reads = NodeReader.Read("dotenv", texts);
        foreach (var (text, read) in texts.Zip(reads))
        {
            Assert.True(Ours(text).Order().SequenceEqual(read.Order()), $"Node reads this differently: {System.Text.Json.JsonSerializer.Serialize(text)}");
        }
    }, iter: 1);

    [Fact]
    public void The_reader_reads_all_short_texts_of_special_characters_as_Node_does()
    {
        var texts = Words.Of("'\"\\\n# \u2028a", 5).Select(word => "A=" + word).ToList();
        foreach (var (text, read) in texts.Zip(NodeReader.Read("dotenv", texts)))
        {
            Assert.True(Ours(text).SequenceEqual(read), $"Node reads this differently: {System.Text.Json.JsonSerializer.Serialize(text)}");
        }
    }

    [Theory]
    [InlineData("A=1\n\n# no\nB=2 # yes\n", "1 4", "")]
    [InlineData("A='1\n2'\r\nB\r\nC=\n= 1\r\n D=4", "1 4 6", "3 5")]
    [InlineData("\uFEFFexport A=1\nexport B\n(\n", "1", "2 3")]
    [InlineData("A=\"unclosed\nB=1\nmore\nrest", "1 2", "3 4")]
    [InlineData("", "", "")]
    public void The_reader_returns_the_line_of_each_key_and_the_lines_that_it_ignores(string text, string lines, string ignored)
    {
        var (entries, others) = DotenvReader.Read(text);
        Assert.Equal((lines, ignored), (string.Join(' ', entries.Select(entry => entry.Line)), string.Join(' ', others)));
    }

    // A backtracking reader would not finish these texts in a lifetime.
    [Theory]
    [InlineData("A=' \\' x", "")]
    [InlineData("\n", "A")]
    [InlineData(" ", "A=")]
    [InlineData("export ", "")]
    [InlineData("A=\n", "'")]
    [InlineData("\u2028'", "'")]
    [InlineData("\\'", "A='")]
    public void The_time_for_reading_grows_linearly_with_the_text(string repeated, string first) =>
        Assert.NotNull(DotenvReader.Read(first + string.Concat(Enumerable.Repeat(repeated, 1_000_000))).Entries);

    // Node keeps the first position of a key and its last value, and lists numeric keys first.
    private static IEnumerable<(string Key, string Value)> Ours(string text) =>
        DotenvReader.Read(text).Entries.GroupBy(entry => entry.Key).Select(entries => (entries.Key, entries.Last().Value));
}
