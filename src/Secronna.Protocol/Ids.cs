using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Secronna.Protocol;

/// <summary>
/// Makes and checks ids. An id is a prefix and a ULID in lower-case Crockford base 32 (26 characters); ids of one prefix sort
/// by time. To clients, ids are opaque.
/// </summary>
public static class Ids
{
    /// <summary>The prefix of a project's id.</summary>
    public const string Project = "proj_";

    /// <summary>The prefix of an environment's id.</summary>
    public const string Environment = "env_";

    /// <summary>The prefix of a secret's id.</summary>
    public const string Secret = "sec_";

    /// <summary>The prefix of a credential's id (API keys and access keys).</summary>
    public const string Credential = "key_";

    /// <summary>The prefix of an audit entry's id.</summary>
    public const string AuditEntry = "aud_";

    /// <summary>The prefix of a request's id.</summary>
    public const string Request = "req_";

    /// <summary>The prefix of a KEK's id.</summary>
    public const string Kek = "kek_";

    /// <summary>The number of characters of a ULID in text.</summary>
    public const int UlidLength = 26;

    /// <summary>The number of bytes of a ULID: 48 bits of milliseconds since 1970, then 80 random bits.</summary>
    public const int UlidSize = 16;

    private const int RandomBlockSize = 1_000;

    [ThreadStatic]
    private static byte[]? randomBlock;

    [ThreadStatic]
    private static int randomLeft;

    private static readonly string[] Prefixes = [Project, Environment, Secret, Credential, AuditEntry, Request, Kek];

    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

    /// <summary>Makes a new id with a prefix. It sorts after ids of earlier milliseconds.</summary>
    public static string New(string prefix, DateTimeOffset now)
    {
        Span<byte> ulid = stackalloc byte[UlidSize];
        BinaryPrimitives.WriteInt64BigEndian(ulid, now.ToUnixTimeMilliseconds() << 16);
        TakeRandom(ulid[6..]);
        Span<char> text = stackalloc char[UlidLength];
        Encode(ulid, text);
        return string.Concat(prefix, text);
    }

    /// <summary>Whether a text is the prefix and a ULID in its canonical form (lower case, first character at most 7).</summary>
    public static bool IsValid(string prefix, string id)
    {
        Span<byte> ulid = stackalloc byte[UlidSize];
        return id.StartsWith(prefix, StringComparison.Ordinal) && TryDecode(id.AsSpan(prefix.Length), ulid);
    }

    /// <summary>Whether a text is an id of any kind that this class knows.</summary>
    public static bool IsValid(string id) => Prefixes.Any(prefix => IsValid(prefix, id));

    /// <summary>Writes the 16 bytes of an id's ULID.</summary>
    /// <exception cref="FormatException">The text is not an id with this prefix.</exception>
    public static void UlidBytes(string prefix, string id, Span<byte> ulid)
    {
        if (!id.StartsWith(prefix, StringComparison.Ordinal) || !TryDecode(id.AsSpan(prefix.Length), ulid))
        {
            throw new FormatException($"not an id that begins with {prefix}");
        }
    }

    // Ids are no secrets, so their random bits may wait in memory: one call to the generator fills a block for many ids.
    private static void TakeRandom(Span<byte> destination)
    {
        randomBlock ??= new byte[RandomBlockSize];
        if (randomLeft < destination.Length)
        {
            RandomNumberGenerator.Fill(randomBlock);
            randomLeft = RandomBlockSize;
        }

        randomLeft -= destination.Length;
        randomBlock.AsSpan(randomLeft, destination.Length).CopyTo(destination);
    }

    private static void Encode(ReadOnlySpan<byte> ulid, Span<char> text)
    {
        var bits = BinaryPrimitives.ReadUInt128BigEndian(ulid);
        for (var i = UlidLength - 1; i >= 0; i--, bits >>= 5)
        {
            text[i] = Alphabet[(int)(bits & 31)];
        }
    }

    private static bool TryDecode(ReadOnlySpan<char> text, Span<byte> ulid)
    {
        // 26 characters hold 130 bits and a ULID has 128, so the first character uses only three of its five bits.
        if (text.Length != UlidLength || text[0] > '7')
        {
            return false;
        }

        UInt128 bits = 0;
        foreach (var character in text)
        {
            var value = Alphabet.IndexOf(character);
            if (value < 0)
            {
                return false;
            }

            bits = (bits << 5) | (uint)value;
        }

        BinaryPrimitives.WriteUInt128BigEndian(ulid, bits);
        return true;
    }
}
