using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using CsCheck;
using Secronna.Server.Http;
using Xunit;

namespace Secronna.UnitTests.Server.Http;

public sealed class PlaintextWriterTests
{
    [Fact]
    public void A_value_is_written_as_JSON_in_small_pieces_and_with_the_computed_length() =>
        Gen.Select(Gen.String[0, 400], Gen.Int[64, 300]).Sample((text, block) => Check(text, block), iter: 5_000);

    [Theory]
    [InlineData("")]
    [InlineData("plain")]
    [InlineData("\"quoted\" and \\ back")]
    [InlineData("line\nline\r\n\t\b\f\u0001\u001f\u007f\u0085\u2028\u2029")]
    [InlineData("äöü € 日本 😀")]
    [InlineData("<script>&'+`</script>")]
    public void Texts_with_special_characters_are_escaped(string text)
    {
        for (var repeat = 1; repeat <= 200; repeat += 33)
        {
            Check(string.Concat(Enumerable.Repeat(text, repeat)), 4_096);
        }
    }

    [Fact]
    public void The_largest_value_with_the_longest_escapes_is_written() => Check(new string('\u0001', 65_536), 4_096);

    private static void Check(string text, int block)
    {
        // A value never has half of a surrogate pair alone, because it is valid UTF-8. Encoding the text has the same effect.
        var value = Encoding.UTF8.GetBytes(text);
        var writer = new SmallBlocks(block);
        writer.WriteEscaped(value);
        var json = writer.Written;
        Assert.Equal(json.Length, PlaintextWriter.EscapedLength(value));
        Assert.Equal(Encoding.UTF8.GetString(value), JsonSerializer.Deserialize<string>([(byte)'"', .. json, (byte)'"']));
        Assert.InRange(writer.LargestHint, 0, 4_096);
    }

    /// <summary>Gives blocks of one size, as the web server does, and notes the largest size that was asked for.</summary>
    private sealed class SmallBlocks(int size) : PipeWriter
    {
        private readonly byte[] block = new byte[size];
        private readonly List<byte> written = [];

        public byte[] Written => [.. written];

        public int LargestHint { get; private set; }

        public override void Advance(int bytes) => written.AddRange(block.AsSpan(0, bytes));

        public override Memory<byte> GetMemory(int sizeHint = 0)
        {
            LargestHint = Math.Max(LargestHint, sizeHint);
            return block;
        }

        public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

        public override void CancelPendingFlush() => throw new NotSupportedException();

        public override void Complete(Exception? exception = null) => throw new NotSupportedException();

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();
    }
}
