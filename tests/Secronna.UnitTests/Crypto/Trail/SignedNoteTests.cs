using System.Text;
using Secronna.Crypto.Trail;
using Xunit;

namespace Secronna.UnitTests.Crypto.Trail;

public sealed class SignedNoteTests
{
    private static readonly GoodNoteVector Good = ReferenceVectors.Notes.Good.Single(good => good is { Size: 600, Why: null });
    private static readonly string SignatureLine = Good.Note[(Good.Text.Length + 1)..];

    [Fact]
    public void Signatures_of_unknown_keys_and_algorithms_before_and_behind_do_not_matter()
    {
        var others = string.Concat(Enumerable.Range(0, 16).Select(number => $"— witness.example/{number} {Base64(5 + (number * 300))}\n"));
        Assert.True(Parse($"{Good.Text}\n{others}{SignatureLine}")!.IsSignedBy(Good.Verifier()));
        Assert.True(Parse($"{Good.Text}\n{SignatureLine}{others}")!.IsSignedBy(Good.Verifier()));
        Assert.False(Parse($"{Good.Text}\n{others}")!.IsSignedBy(Good.Verifier()));
    }

    [Fact]
    public void Two_signatures_that_name_the_trusted_key_count_as_none()
    {
        var wrong = new NoteSignature(Good.Verifier().Name, Good.Verifier().Id, new byte[64]);
        Assert.False(Parse($"{Good.Text}\n{SignatureLine}{SignatureLine}")!.IsSignedBy(Good.Verifier()));
        Assert.False(Parse($"{Good.Text}\n{SignatureLine}{wrong}\n")!.IsSignedBy(Good.Verifier()));
        Assert.False(Parse($"{Good.Text}\n{wrong}\n{SignatureLine}")!.IsSignedBy(Good.Verifier()));
    }

    [Fact]
    public void The_last_empty_line_ends_the_text()
    {
        var note = Parse($"one\n\ntwo\n\n{SignatureLine}");
        Assert.Equal("one\n\ntwo\n", note!.Text);
    }

    [Theory]
    [InlineData("— name\n")]
    [InlineData("— name \n")]
    [InlineData("—  AAAAAAA=\n")]
    [InlineData("—name AAAAAAA=\n")]
    [InlineData(" — name AAAAAAA=\n")]
    [InlineData("— name AAAAAAA= \n")]
    [InlineData("— name  AAAAAAA=\n")]
    [InlineData("— na me AAAAAAA=\n")]
    [InlineData("— na+me AAAAAAA=\n")]
    [InlineData("— na\u00a0me AAAAAAA=\n")]
    [InlineData("— na\u2003me AAAAAAA=\n")]
    [InlineData("— na\tme AAAAAAA=\n")]
    [InlineData("— name AAAAAA==\n")]
    [InlineData("— name AAAAAAB=\n")]
    [InlineData("— name AAAAAAA\n")]
    [InlineData("— name AAAA AAA=\n")]
    [InlineData("— name AAA_AAA=\n")]
    public void A_malformed_signature_line_makes_the_whole_note_bad(string line)
    {
        Assert.NotNull(Parse("text\n\n— name AAAAAAA=\n"));
        Assert.Null(Parse($"text\n\n{line}"));
        Assert.Null(Parse($"text\n\n— name AAAAAAA=\n{line}"));
    }

    [Theory]
    [InlineData("te\rxt\n\n— name AAAAAAA=\n")]
    [InlineData("te\txt\n\n— name AAAAAAA=\n")]
    [InlineData("te\0xt\n\n— name AAAAAAA=\n")]
    [InlineData("te\u001fxt\n\n— name AAAAAAA=\n")]
    [InlineData("text\n\n— name AAAAAAA=\nx")]
    [InlineData("text\n\n— name AAAAAAA=\n— name AAAAAAA=")]
    public void A_control_character_or_an_unfinished_line_makes_the_whole_note_bad(string note) => Assert.Null(Parse(note));

    [Fact]
    public void A_note_that_is_too_large_or_not_UTF_8_is_refused()
    {
        const string Line = "— name AAAAAAA=\n";
        Assert.NotNull(Parse("text\n\n" + string.Concat(Enumerable.Repeat(Line, SignedNote.MaxSignatures))));
        Assert.Null(Parse("text\n\n" + string.Concat(Enumerable.Repeat(Line, SignedNote.MaxSignatures + 1))));
        Assert.Null(Parse(new string('x', SignedNote.MaxSize) + "\n\n" + Line));
        Assert.False(SignedNote.TryParse([0xFF, (byte)'\n', (byte)'\n', .. Encoding.UTF8.GetBytes(Line)], out _));
    }

    private static SignedNote? Parse(string note) => SignedNote.TryParse(Encoding.UTF8.GetBytes(note), out var parsed) ? parsed : null;

    private static string Base64(int size) => Convert.ToBase64String(new byte[size]);
}
