using System.Text.Json;
using Secronna.Crypto;

namespace Secronna.UnitTests.Crypto;

/// <summary>The committed test vectors, which another implementation made (docs/formats.md).</summary>
internal static class Vectors
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow,
    };

    public static VectorFile<VersionVector> Versions { get; } = Read<VectorFile<VersionVector>>("versions");

    public static VectorFile<VersionVector> KeyedVersions { get; } = Read<VectorFile<VersionVector>>("keyed-versions");

    public static VectorFile<MasterKeyVector> MasterKeys { get; } = Read<VectorFile<MasterKeyVector>>("master-keys");

    public static VectorFile<ServiceKeyVector> ServiceKeys { get; } = Read<VectorFile<ServiceKeyVector>>("service-keys");

    public static DerivedKeyFile DerivedKeys { get; } = Read<DerivedKeyFile>("derived-keys");

    public static T Read<T>(string name)
    {
        using var stream = typeof(Vectors).Assembly.GetManifestResourceStream($"vectors/{name}.json");
        return JsonSerializer.Deserialize<T>(stream!, Options)!;
    }
}

internal sealed record VectorFile<T>(IReadOnlyList<T> Cases, IReadOnlyList<T> Refused);

internal sealed record VersionVector(
    string Name, string Kek, string KekId, string KekName, VersionBinding Binding, string WrappedDataKey, string Ciphertext,
    string Value, string DataKey, string WrapNonce, string ValueNonce, string ValueKey, string Commitment,
    string DataKeyAssociatedData, string ValueAssociatedData)
{
    public PinnedBuffer Open() => Envelope.Open(
        Kek.Bytes(), KekId, Secronna.Crypto.KeyName.FromBytes(KekName.Bytes()), Binding, WrappedDataKey.Bytes(),
        Ciphertext.Bytes());
}

internal sealed record MasterKeyVector(
    string Name, string MasterKey, MasterKeyVectorBinding Binding, string Box, string Key, string KeyName, string Nonce,
    string AssociatedData)
{
    public byte[] Unwrap()
    {
        var key = new byte[32];
        MasterKeyWrap.Unwrap(MasterKey.Bytes(), Binding.Value, Box.Bytes(), key);
        return key;
    }
}

internal sealed record ServiceKeyVector(
    string Name, MasterKeyVectorBinding Binding, string Box, string Blob, string Header, IReadOnlyDictionary<string, string> KmsContext);

internal sealed record MasterKeyVectorBinding(string? WorkspaceId, string? ProjectId, string? KekId, string MasterKeyId)
{
    public MasterKeyBinding Value => KekId is null
        ? MasterKeyBinding.ForInstallationKey(MasterKeyId)
        : MasterKeyBinding.ForKek(WorkspaceId!, ProjectId!, KekId, MasterKeyId);
}

internal sealed record DerivedKeyFile(string InstallationKey, IReadOnlyList<DerivedKeyVector> Cases);

internal sealed record DerivedKeyVector(string Label, string Key, string Data, string Hash);

internal static class Hex
{
    public static byte[] Bytes(this string hex) => Convert.FromHexString(hex);

    public static string Text(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(bytes);
}
