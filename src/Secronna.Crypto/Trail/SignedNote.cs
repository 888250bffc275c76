using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Unicode;

namespace Secronna.Crypto.Trail;

/// <summary>
/// A text that keys have signed (C2SP signed-note): the text, an empty line, and a line for each signature. The text is worth
/// nothing until <see cref="IsSignedBy"/> says that a key that one trusts has signed it.
/// </summary>
public sealed class SignedNote
{
    /// <summary>The most bytes that a note may have. The specification wants room for 16 signatures of up to 5 kB.</summary>
    public const int MaxSize = 256 * 1024;

    /// <summary>The most signatures that a note may have.</summary>
    public const int MaxSignatures = 100;

    private const char LineFeed = '\n';

    private SignedNote(string text, IReadOnlyList<NoteSignature> signatures) => (Text, Signatures) = (text, signatures);

    /// <summary>The text that is signed. It ends in a line feed.</summary>
    public string Text { get; }

    /// <summary>The signatures, at least one. Nobody has verified them yet.</summary>
    public IReadOnlyList<NoteSignature> Signatures { get; }

    /// <summary>Reads a note in UTF-8. This verifies no signature.</summary>
    public static bool TryParse(ReadOnlySpan<byte> utf8, [NotNullWhen(true)] out SignedNote? note)
    {
        note = utf8.Length <= MaxSize && Utf8.IsValid(utf8) ? Parse(Encoding.UTF8.GetString(utf8)) : null;
        return note is not null;
    }

    /// <summary>
    /// True if this key has signed the text. Signatures of other keys don't matter. Two signatures that name this key count as
    /// none, even if one of them is right.
    /// </summary>
    public bool IsSignedBy(VerifierKey key)
    {
        var named = Signatures.Where(signature => signature.KeyName == key.Name && signature.KeyId == key.Id).ToList();
        return named is [var signature] && key.Verify(Encoding.UTF8.GetBytes(Text), signature.Signature.Span);
    }

    /// <summary>The note, to be written as UTF-8.</summary>
    public override string ToString() => string.Concat([Text, "\n", .. Signatures.Select(signature => $"{signature}\n")]);

    /// <summary>Signs a text that the caller has made, so that it needs no checks.</summary>
    internal static SignedNote Sign(string text, Origin origin, LogKey key)
    {
        var signature = new byte[LogKey.SignatureSize];
        key.Sign(Encoding.UTF8.GetBytes(text), signature);
        var verifier = key.VerifierKeyFor(origin);
        return new SignedNote(text, [new NoteSignature(verifier.Name, verifier.Id, signature)]);
    }

    private static SignedNote? Parse(string note)
    {
        // The text may have empty lines too: the last one ends it.
        var end = note.LastIndexOf("\n\n", StringComparison.Ordinal);
        if (end < 0 || !note.EndsWith(LineFeed) || note.Any(character => character < ' ' && character != LineFeed))
        {
            return null;
        }

        var lines = note[(end + 2)..].Split(LineFeed)[..^1];
        var signatures = lines.Length <= MaxSignatures ? lines.Select(NoteSignature.Parse).OfType<NoteSignature>().ToList() : [];
        return lines.Length > 0 && signatures.Count == lines.Length ? new SignedNote(note[..(end + 1)], signatures) : null;
    }
}
