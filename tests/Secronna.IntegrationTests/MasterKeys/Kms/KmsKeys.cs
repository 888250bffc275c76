using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Secronna.IntegrationTests.MasterKeys.Kms;

/// <summary>The keys of the test KMS. They encrypt with AES-256-GCM, and the encryption context is the associated data.</summary>
internal sealed class KmsKeys
{
    private const int NameSize = 16;
    private const int NonceSize = 12;
    private const int TagSize = 16;

    private readonly ConcurrentDictionary<string, byte[]> keys = new(StringComparer.Ordinal);

    /// <summary>By key id, a property that <c>DescribeKey</c> reports with another value than usual.</summary>
    public ConcurrentDictionary<string, (string Property, string Value)> UnusualProperties { get; } = new(StringComparer.Ordinal);

    /// <summary>By key id, the error code with which every use of the key is refused.</summary>
    public ConcurrentDictionary<string, string> Refused { get; } = new(StringComparer.Ordinal);

    public void Add(string id) => Assert(keys.TryAdd(id, RandomNumberGenerator.GetBytes(32)));

    public void Remove(string id) => Assert(keys.TryRemove(id, out _));

    public JsonObject Answer(KmsRequest request)
    {
        if (!request.IsSigned)
        {
            throw new KmsRefusal(new KmsTrouble("InvalidSignatureException"));
        }

        var id = request.Body["KeyId"]!.GetValue<string>();
        if (Refused.TryGetValue(id, out var refusal))
        {
            throw new KmsRefusal(new KmsTrouble(refusal));
        }

        var key = keys.TryGetValue(id, out var found) ? found : throw new KmsRefusal(new KmsTrouble("NotFoundException"));
        return request.Action switch
        {
            "Encrypt" => Encrypt(id, key, request.Body),
            "Decrypt" => Decrypt(id, key, request.Body),
            "DescribeKey" => Describe(id),
            _ => throw new KmsRefusal(new KmsTrouble("UnknownOperationException")),
        };
    }

    private static JsonObject Encrypt(string id, byte[] key, JsonObject request)
    {
        var bytes = Bytes(request["Plaintext"]!.GetValue<string>());
        var blob = new byte[NameSize + NonceSize + bytes.Length + TagSize];
        Name(id).CopyTo(blob, 0);
        var nonce = blob.AsSpan(NameSize, NonceSize);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(key, TagSize);
        aes.Encrypt(nonce, bytes, blob.AsSpan(NameSize + NonceSize, bytes.Length), blob.AsSpan(blob.Length - TagSize), Context(request));
        return new JsonObject { ["CiphertextBlob"] = Convert.ToBase64String(blob), ["KeyId"] = id };
    }

    private static JsonObject Decrypt(string id, byte[] key, JsonObject request)
    {
        var blob = Bytes(request["CiphertextBlob"]!.GetValue<string>());
        var length = blob.Length - NameSize - NonceSize - TagSize;
        if (length < 0)
        {
            throw new KmsRefusal(new KmsTrouble("InvalidCiphertextException"));
        }

        if (!blob.AsSpan(0, NameSize).SequenceEqual(Name(id)))
        {
            throw new KmsRefusal(new KmsTrouble("IncorrectKeyException"));
        }

        var plaintext = new byte[length];
        try
        {
            using var aes = new AesGcm(key, TagSize);
            aes.Decrypt(
                blob.AsSpan(NameSize, NonceSize), blob.AsSpan(NameSize + NonceSize, length), blob.AsSpan(blob.Length - TagSize), plaintext,
                Context(request));
        }
        catch (CryptographicException)
        {
            throw new KmsRefusal(new KmsTrouble("InvalidCiphertextException"));
        }

        return new JsonObject { ["Plaintext"] = Convert.ToBase64String(plaintext), ["KeyId"] = id };
    }

    private JsonObject Describe(string id)
    {
        var metadata = new JsonObject
        {
            ["KeyId"] = id, ["KeyState"] = "Enabled", ["KeyUsage"] = "ENCRYPT_DECRYPT", ["KeySpec"] = "SYMMETRIC_DEFAULT",
        };
        if (UnusualProperties.TryGetValue(id, out var peculiar))
        {
            metadata[peculiar.Property] = peculiar.Value;
        }

        return new JsonObject { ["KeyMetadata"] = metadata };
    }

    private static byte[] Name(string id) => SHA256.HashData(Encoding.UTF8.GetBytes(id))[..NameSize];

    // Each name and value is preceded by its length. The names are sorted.
    private static byte[] Context(JsonObject request) => Encoding.UTF8.GetBytes(string.Concat(
        from pair in request["EncryptionContext"]!.AsObject()
        orderby pair.Key
        let value = pair.Value!.GetValue<string>()
        select $"{pair.Key.Length}:{pair.Key}{value.Length}:{value}"));

    private static byte[] Bytes(string base64)
    {
        var bytes = new byte[base64.Length];
        Assert(Convert.TryFromBase64String(base64, bytes, out var length));
        return bytes[..length];
    }

    private static void Assert(bool holds) => Xunit.Assert.True(holds);
}
