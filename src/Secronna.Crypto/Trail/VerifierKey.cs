using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Secronna.Crypto.Trail;

/// <summary>
/// Whose signatures of notes are trusted: an Ed25519 public key under a name (C2SP signed-note). As text, which others call a
/// <c>vkey</c>, it is <c>&lt;name&gt;+&lt;id&gt;+&lt;base64&gt;</c>: the id in eight digits of lower-case hex, then a byte 1 and the
/// public key in base64.
/// </summary>
/// <remarks>
/// The name of a log's key is the log's origin. One key that signs for several logs therefore has as many texts and ids.
/// </remarks>
public sealed class VerifierKey
{
    private const byte Algorithm = 1;
    private const int IdDigits = 8;
    private const char Separator = '+';

    private readonly byte[] publicKey;

    /// <summary>Names a public key.</summary>
    /// <exception cref="ArgumentException">
    /// The name is empty or has a space, a plus or a control character; or the bytes aren't a public key that may be trusted.
    /// </exception>
    public VerifierKey(string name, ReadOnlySpan<byte> publicKey)
    {
        if (!NoteName.IsSound(name))
        {
            throw new ArgumentException("A key's name has no spaces, no plus and no control characters.", nameof(name));
        }

        if (!Ed25519Signature.IsPublicKey(publicKey))
        {
            throw new ArgumentException("The bytes aren't an Ed25519 public key.", nameof(publicKey));
        }

        (Name, this.publicKey) = (name, publicKey.ToArray());
        Id = BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData([.. Encoding.UTF8.GetBytes(name), (byte)'\n', Algorithm, .. publicKey]));
    }

    /// <summary>The key's name.</summary>
    public string Name { get; }

    /// <summary>
    /// The first 4 bytes of SHA-256 of the name, a line feed, a byte 1 and the public key. It only tells keys of one name apart:
    /// others can be made that have the same.
    /// </summary>
    public uint Id { get; }

    /// <summary>The 32 bytes of the public key (RFC 8032).</summary>
    public ReadOnlyMemory<byte> PublicKey => publicKey;

    /// <summary>Reads a key's text. Each key has exactly one text: any other spelling is refused.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out VerifierKey? key)
    {
        // Neither name nor id may have a plus, base64 may.
        var parts = text.Split(Separator, 3);
        key = parts.Length == 3 && NoteName.IsSound(parts[0]) && Base64Text.TryDecode(parts[2], out var bytes)
            && bytes is [Algorithm, .. var publicKey] && Ed25519Signature.IsPublicKey(publicKey)
            && new VerifierKey(parts[0], publicKey) is var read && read.ToString() == text ? read : null;
        return key is not null;
    }

    /// <summary>True if the key signed this text.</summary>
    public bool Verify(ReadOnlySpan<byte> text, ReadOnlySpan<byte> signature) => Ed25519Signature.Verify(publicKey, text, signature);

    /// <summary>The key's text.</summary>
    public override string ToString() =>
        Name + Separator + Id.ToString($"x{IdDigits}") + Separator + Base64Text.Encode([Algorithm, .. publicKey]);
}
