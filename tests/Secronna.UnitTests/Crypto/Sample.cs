using System.Security.Cryptography;
using Secronna.Crypto;

namespace Secronna.UnitTests.Crypto;

/// <summary>One KEK and one version sealed with it; tests change a single thing and try to open the rest.</summary>
internal sealed record Sample
{
    internal static readonly byte[] Value = "correct horse battery staple"u8.ToArray();

    private Sample()
    {
    }

    internal byte[] Kek { get; init; } = RandomNumberGenerator.GetBytes(32);

    internal string KekId { get; init; } = "kek_1";

    internal KeyName KekName { get; init; } = KeyName.FromBytes(RandomNumberGenerator.GetBytes(16));

    internal VersionBinding Binding { get; init; } = new("acc_1", "prj_1", "env_1", "sec_1", 1);

    internal byte[] WrappedDataKey { get; init; } = [];

    internal byte[] Ciphertext { get; init; } = [];

    internal static Sample Make() => new Sample().Seal(Value);

    internal Sample Seal(ReadOnlySpan<byte> value)
    {
        var version = Envelope.Seal(Kek, KekId, KekName, Binding, value);
        return this with { WrappedDataKey = version.WrappedDataKey, Ciphertext = version.Ciphertext };
    }

    internal PinnedBuffer Open() => Envelope.Open(Kek, KekId, KekName, Binding, WrappedDataKey, Ciphertext);

    internal byte[] OpenedBytes()
    {
        using var value = Open();
        return value.Span.ToArray();
    }

    internal byte[] DataKey()
    {
        var key = new byte[32];
        var associatedData = AssociatedData.ForDataKey(new byte[AssociatedData.MaxSize], Binding, KekId);
        WrappedKeyBox.Open(Kek, KekName, associatedData, WrappedDataKey, key);
        return key;
    }

    internal byte[] Rewrap(Sample to)
    {
        using var rewrap = new DataKeyRewrap(Kek, KekId, KekName, to.Kek, to.KekId, to.KekName);
        return rewrap.Rewrap(Binding, WrappedDataKey);
    }
}
