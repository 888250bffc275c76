using System.Text;
using CsCheck;
using Secronna.Crypto.Trail;
using Xunit;

namespace Secronna.UnitTests.Crypto.Trail;

public sealed class CheckpointTests
{
    private static readonly NoteVectors Vectors = ReferenceVectors.Notes;
    private static readonly VerifierKey Key = VerifierKey.TryParse(Vectors.Key, out var key) ? key : throw new InvalidOperationException();

    private static readonly string[] Insertions = ["\n", "\n\n", " ", "x", "\0", "\r", "\u2014 ", "+", "\u00a0"];

    public static TheoryData<int> Good => [.. Enumerable.Range(0, Vectors.Good.Count)];

    public static TheoryData<string> Bad => [.. Vectors.Bad.Select(note => note.Why)];

    [Theory]
    [MemberData(nameof(Good))]
    public void A_checkpoint_signed_by_another_implementation_opens(int number)
    {
        var vector = Vectors.Good[number];
        Assert.True(Checkpoint.TryOpen(vector.Utf8(), vector.Verifier(), out var checkpoint));
        Assert.Equal(vector.Size, checkpoint.Size);
        Assert.Equal(vector.Text, checkpoint.ToString());
        Assert.Equal(vector.Root ?? checkpoint.Root.ToString(), checkpoint.Root.ToString());
        Assert.True(SignedNote.TryParse(vector.Utf8(), out var note));
        Assert.Equal(vector.Note, note.ToString());
    }

    [Theory]
    [MemberData(nameof(Bad))]
    public void Each_bad_note_is_refused(string why) =>
        Assert.False(Checkpoint.TryOpen(Vectors.Bad.Single(note => note.Why == why).Utf8(), Key, out _));

    [Theory]
    [MemberData(nameof(Good))]
    public void Signing_the_same_checkpoint_gives_the_same_bytes(int number)
    {
        var vector = Vectors.Good[number];
        using var logKey = LogKey.Create(Vectors.Seed.Bytes());
        Assert.True(Checkpoint.TryParse(vector.Text, out var checkpoint));
        var signed = checkpoint.Sign(logKey);
        Assert.Equal(vector.Note.Split('\n')[^2], signed.Signatures.Single().ToString());
        Assert.True(vector.Note == signed.ToString() || vector.Why is not null);
    }

    [Fact]
    public void Any_flipped_bit_of_a_checkpoint_is_refused()
    {
        var note = Vectors.Good.Single(good => good is { Size: 600, Why: null }).Utf8();
        for (var bit = 0; bit < note.Length * 8; bit++)
        {
            var changed = note.ToArray();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(Checkpoint.TryOpen(changed, Key, out _), $"bit {bit}");
        }
    }

    [Fact]
    public void Any_other_key_is_refused_even_under_the_same_name()
    {
        var note = Vectors.Good.Single(good => good is { Size: 600, Why: null }).Utf8();
        Assert.True(VerifierKey.TryParse(Vectors.OtherKey, out var other));
        Assert.False(Checkpoint.TryOpen(note, other, out _));
        Assert.False(Checkpoint.TryOpen(note, new VerifierKey(Vectors.Name + "1", Key.PublicKey.Span), out _));
    }

    [Fact]
    public void A_note_with_bytes_cut_off_inserted_or_doubled_is_refused() =>
        Gen.Select(Gen.Int[0, 500], Gen.Int[1, 40], Gen.Int[0, Insertions.Length - 1]).Sample((at, count, which) =>
        {
            var text = Insertions[which];
            var note = Vectors.Good.Single(good => good is { Size: 600, Why: null }).Note;
            var start = Math.Min(at, note.Length - 1);
            var length = Math.Min(count, note.Length - start);
            Refused(note.Remove(start, length));
            Refused(note.Insert(start, text));
            Refused(note.Insert(start, note.Substring(start, length)));
        }, iter: 1000);

    [Fact]
    public void Random_bytes_are_refused_without_an_exception() =>
        Gen.OneOf(Gen.Byte.Array[0, 300], Gen.String.Select(Encoding.UTF8.GetBytes)).Sample(bytes => Assert.False(Checkpoint.TryOpen(bytes, Key, out _)));

    [Theory]
    [InlineData("")]
    [InlineData("secronna/i/w/1\n1\nbjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0=")]
    [InlineData("secronna/i/w/1\n1\nbjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0=\nan extension\n")]
    [InlineData("secronna/i/w/1\n1\nbjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB1=\n")]
    [InlineData("secronna/i/w/1\n1\nbjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0\n")]
    [InlineData("secronna/i/w/1\n1\nbjQLnP-zepicpUTmu3gKLHiQHT-zNzh2hRGjBhevoB0=\n")]
    [InlineData("secronna/i/w/1\n9223372036854775808\nbjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0=\n")]
    [InlineData("secronna/i/w/1\n0\nbjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0=\n")]
    [InlineData("example.com/log\n1\nbjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0=\n")]
    public void A_text_that_is_not_exactly_a_checkpoint_is_refused(string text) => Assert.False(Checkpoint.TryParse(text, out _));

    [Fact]
    public void A_checkpoint_of_an_impossible_tree_is_not_signed()
    {
        using var logKey = LogKey.Create(Vectors.Seed.Bytes());
        var origin = Origin.OfInstallation("i", 1);
        Assert.Throws<InvalidOperationException>(() => new Checkpoint(origin, -1, default).Sign(logKey));
        Assert.Throws<InvalidOperationException>(() => new Checkpoint(origin, 0, default).Sign(logKey));
        var signed = new Checkpoint(origin, 0, TreeHash.EmptyRoot).Sign(logKey);
        Assert.True(Checkpoint.TryOpen(Encoding.UTF8.GetBytes(signed.ToString()), logKey.VerifierKeyFor(origin), out _));
    }

    private static void Refused(string note) => Assert.False(Checkpoint.TryOpen(Encoding.UTF8.GetBytes(note), Key, out _));
}
