using System.Security.Cryptography;
using Secronna.Crypto;

namespace Secronna.UnitTests.Crypto;

/// <summary>A KEK and a version sealed with it. Tests change one property and try to open the version.</summary>
internal sealed record Sample
{
    public static readonly byte[] Value = "correct horse battery staple"u8.ToArray();

    private Sample()
    {
    }

    public byte[] Kek { get; init; } = RandomNumberGenerator.GetBytes(32);

    public string KekId { get; init; } = "kek_1";

    public KeyName KekName { get; init; } = KeyName.FromBytes(RandomNumberGenerator.GetBytes(16));

    public VersionBinding Binding { get; init; } = new("acc_1", "prj_1", "env_1", "sec_1", "KEY_1", 1);

    public byte[] WrappedDataKey { get; init; } = [];

    public byte[] Ciphertext { get; init; } = [];

    public static Sample Create() => new Sample().Seal(Value);

    /// <summary>A version as it was sealed before the secret's key was bound.</summary>
    public static Sample CreateOld()
    {
        var sample = new Sample();
        byte[] dataKey = RandomNumberGenerator.GetBytes(32), nonce = RandomNumberGenerator.GetBytes(12);
        var forDataKey = AssociatedData.ForDataKey(new byte[AssociatedData.MaxSize], BoxFormat.First, sample.Binding, sample.KekId);
        var forValue = AssociatedData.ForValue(new byte[AssociatedData.MaxSize], BoxFormat.First, sample.Binding);
        return sample with
        {
            WrappedDataKey = WrappedKeyBox.Seal(sample.Kek, sample.KekName, nonce, forDataKey, dataKey),
            Ciphertext = ValueBox.Seal(dataKey, nonce, forValue, Value),
        };
    }

    public Sample Seal(ReadOnlySpan<byte> value)
    {
        var version = Envelope.Seal(Kek, KekId, KekName, Binding, value);
        return this with { WrappedDataKey = version.WrappedDataKey, Ciphertext = version.Ciphertext };
    }

    public PinnedBuffer Open() => Envelope.Open(Kek, KekId, KekName, Binding, WrappedDataKey, Ciphertext);

    public byte[] OpenedBytes()
    {
        using var value = Open();
        return value.Span.ToArray();
    }

    public byte[] DataKey()
    {
        var key = new byte[32];
        var format = BoxFormat.Of(WrappedDataKey);
        var associatedData = AssociatedData.ForDataKey(new byte[AssociatedData.MaxSize], format, Binding, KekId);
        WrappedKeyBox.Open(Kek, KekName, associatedData, WrappedDataKey, key);
        return key;
    }

    public byte[] Rewrap(Sample to)
    {
        using var rewrap = new DataKeyRewrap(Kek, KekId, KekName, to.Kek, to.KekId, to.KekName);
        return rewrap.Rewrap(Binding, WrappedDataKey);
    }
}
