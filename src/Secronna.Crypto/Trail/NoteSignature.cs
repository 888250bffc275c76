using System.Buffers.Binary;

namespace Secronna.Crypto.Trail;

/// <summary>
/// One signature of a note: the line <c>— &lt;name&gt; &lt;base64&gt;</c>, whose base64 holds the key's id (4 bytes, big endian) and
/// the signature (C2SP signed-note). It may be of any algorithm.
/// </summary>
/// <param name="KeyName">The name of the key that is said to have signed.</param>
/// <param name="KeyId">The id of that key.</param>
/// <param name="Signature">The signature, at least one byte.</param>
public sealed record NoteSignature(string KeyName, uint KeyId, ReadOnlyMemory<byte> Signature)
{
    // An em dash (U+2014) and a space.
    private const string LineStart = "\u2014 ";
    private const int IdSize = sizeof(uint);

    /// <summary>The line, without the line feed at its end.</summary>
    public override string ToString()
    {
        var bytes = new byte[IdSize + Signature.Length];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, KeyId);
        Signature.CopyTo(bytes.AsMemory(IdSize));
        return $"{LineStart}{KeyName} {Base64Text.Encode(bytes)}";
    }

    internal static NoteSignature? Parse(string line)
    {
        if (!line.StartsWith(LineStart, StringComparison.Ordinal) || line[LineStart.Length..].Split(' ') is not [var name, var base64]
            || !NoteName.IsSound(name) || !Base64Text.TryDecode(base64, out var bytes) || bytes.Length <= IdSize)
        {
            return null;
        }

        return new NoteSignature(name, BinaryPrimitives.ReadUInt32BigEndian(bytes), bytes.AsMemory(IdSize));
    }
}
