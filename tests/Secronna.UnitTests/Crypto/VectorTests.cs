using Secronna.Crypto;
using Secronna.Server.MasterKeys.Kms;
using Xunit;

namespace Secronna.UnitTests.Crypto;

public sealed class VectorTests
{
    public static TheoryData<string, bool> Versions => Names(file => file.Cases);

    public static TheoryData<string, bool> RefusedVersions => Names(file => file.Refused);

    public static TheoryData<string> MasterKeys => [.. Vectors.MasterKeys.Cases.Select(v => v.Name)];

    public static TheoryData<string> RefusedMasterKeys => [.. Vectors.MasterKeys.Refused.Select(v => v.Name)];

    public static TheoryData<string> ServiceKeys => [.. Vectors.ServiceKeys.Cases.Select(v => v.Name)];

    public static TheoryData<string> RefusedServiceKeys => [.. Vectors.ServiceKeys.Refused.Select(v => v.Name)];

    public static TheoryData<string> Labels => [.. Vectors.DerivedKeys.Cases.Select(v => v.Label)];

    [Theory]
    [MemberData(nameof(Versions))]
    public void A_version_sealed_by_another_implementation_opens(string name, bool bindsKey)
    {
        var vector = Find(file => file.Cases, name, bindsKey);
        using var value = vector.Open();
        Assert.Equal(vector.Value, Hex.Text(value.Span));
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public void Sealing_the_same_inputs_gives_the_same_bytes(string name, bool bindsKey)
    {
        var vector = Find(file => file.Cases, name, bindsKey);
        var kekName = KeyName.FromBytes(vector.KekName.Bytes());
        var forDataKey = AssociatedData.ForDataKey(
            new byte[AssociatedData.MaxSize], vector.WrappedDataKey.Bytes()[0], vector.Binding, vector.KekId);
        var wrapped = WrappedKeyBox.Seal(
            vector.Kek.Bytes(), kekName, vector.WrapNonce.Bytes(), forDataKey, vector.DataKey.Bytes());
        var forValue = AssociatedData.ForValue(
            new byte[AssociatedData.MaxSize], vector.Ciphertext.Bytes()[0], vector.Binding);
        var ciphertext = ValueBox.Seal(vector.DataKey.Bytes(), vector.ValueNonce.Bytes(), forValue, vector.Value.Bytes());

        Assert.Equal(vector.WrappedDataKey, Hex.Text(wrapped));
        Assert.Equal(vector.Ciphertext, Hex.Text(ciphertext));
        Assert.Equal(
            vector.DataKeyAssociatedData, Hex.Text(forDataKey.WithHeader(wrapped.AsSpan(0, WrappedKeyBox.HeaderSize))));
        Assert.Equal(
            vector.ValueAssociatedData, Hex.Text(forValue.WithHeader(ciphertext.AsSpan(0, ValueBox.HeaderSize))));
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public void A_data_key_gives_the_same_value_key_and_commitment(string name, bool bindsKey)
    {
        var vector = Find(file => file.Cases, name, bindsKey);
        var keys = new byte[ValueKey.Size];
        ValueKey.Derive(vector.DataKey.Bytes(), vector.Ciphertext.Bytes()[0], vector.ValueNonce.Bytes(), keys);
        Assert.Equal(vector.ValueKey + vector.Commitment, Hex.Text(keys));
    }

    [Theory]
    [MemberData(nameof(RefusedVersions))]
    public void Each_malformed_version_is_refused(string name, bool bindsKey)
    {
        var vector = Find(file => file.Refused, name, bindsKey);
        Assert.Throws<DecryptionException>(() => vector.Open());
    }

    [Theory]
    [MemberData(nameof(MasterKeys))]
    public void A_key_wrapped_by_another_implementation_unwraps(string name)
    {
        var vector = Vectors.MasterKeys.Cases.Single(v => v.Name == name);
        Assert.Equal(vector.Key, Hex.Text(vector.Unwrap()));
    }

    [Theory]
    [MemberData(nameof(MasterKeys))]
    public void Wrapping_the_same_inputs_gives_the_same_bytes(string name)
    {
        var vector = Vectors.MasterKeys.Cases.Single(v => v.Name == name);
        var keyName = KeyName.FromMasterKeyId(vector.Binding.MasterKeyId);
        var associatedData = AssociatedData.ForMasterKey(new byte[AssociatedData.MaxSize], vector.Binding.Value);
        var box = WrappedKeyBox.Seal(
            vector.MasterKey.Bytes(), keyName, vector.Nonce.Bytes(), associatedData, vector.Key.Bytes());

        Assert.Equal(KeyName.FromBytes(vector.KeyName.Bytes()), keyName);
        Assert.Equal(vector.Box, Hex.Text(box));
        Assert.Equal(
            vector.AssociatedData, Hex.Text(associatedData.WithHeader(box.AsSpan(0, WrappedKeyBox.HeaderSize))));
    }

    [Theory]
    [MemberData(nameof(RefusedMasterKeys))]
    public void Each_malformed_wrapped_key_is_refused(string name)
    {
        var vector = Vectors.MasterKeys.Refused.Single(v => v.Name == name);
        Assert.Throws<DecryptionException>(() => vector.Unwrap());
    }

    [Theory]
    [MemberData(nameof(MasterKeys))]
    public void A_token_is_given_the_same_inputs(string name)
    {
        var vector = Vectors.MasterKeys.Cases.Single(v => v.Name == name);
        var wrap = TokenWrap.ForUnwrapping(vector.Binding.Value, vector.Box.Bytes());
        Assert.Equal(vector.Nonce, Hex.Text(wrap.Nonce));
        Assert.Equal(vector.AssociatedData, Hex.Text(wrap.AssociatedData));
        Assert.Equal(vector.Box, Hex.Text(wrap.ToBox(wrap.Sealed)));
    }

    [Theory]
    [MemberData(nameof(ServiceKeys))]
    public void A_service_blob_gives_the_same_box_and_is_read_back_from_it(string name)
    {
        var vector = Vectors.ServiceKeys.Cases.Single(v => v.Name == name);
        var id = vector.Binding.MasterKeyId;
        Assert.Equal(vector.Header, Hex.Text(ServiceKeyBox.Header(id)));
        Assert.Equal(vector.Box, Hex.Text(ServiceKeyBox.Seal(id, vector.Blob.Bytes())));
        Assert.Equal(vector.Blob, Hex.Text(ServiceKeyBox.Open(id, vector.Box.Bytes()).Span));
    }

    [Theory]
    [MemberData(nameof(ServiceKeys))]
    public void AWS_KMS_is_given_the_same_encryption_context(string name)
    {
        var vector = Vectors.ServiceKeys.Cases.Single(v => v.Name == name);
        Assert.Equal(vector.KmsContext.OrderBy(pair => pair.Key), KmsEncryptionContext.For(vector.Binding.Value)!.OrderBy(pair => pair.Key));
    }

    [Theory]
    [MemberData(nameof(RefusedServiceKeys))]
    public void Each_malformed_service_key_box_is_refused(string name)
    {
        var vector = Vectors.ServiceKeys.Refused.Single(v => v.Name == name);
        Assert.Throws<DecryptionException>(() => ServiceKeyBox.Open(vector.Binding.MasterKeyId, vector.Box.Bytes()));
    }

    [Theory]
    [MemberData(nameof(Labels))]
    public void A_label_gives_the_same_key_and_hash(string label)
    {
        var vector = Vectors.DerivedKeys.Cases.Single(v => v.Label == label);
        var key = new byte[vector.Key.Length / 2];
        DerivedKey.Derive(Vectors.DerivedKeys.InstallationKey.Bytes(), label, key);
        var hash = new byte[KeyedHash.Size];
        KeyedHash.Compute(key, vector.Data.Bytes(), hash);
        Assert.Equal(vector.Key, Hex.Text(key));
        Assert.Equal(vector.Hash, Hex.Text(hash));
    }

    private static TheoryData<string, bool> Names(Func<VectorFile<VersionVector>, IReadOnlyList<VersionVector>> list)
    {
        var names = new TheoryData<string, bool>();
        names.AddRange([.. list(Vectors.Versions).Select(vector => (vector.Name, false))]);
        names.AddRange([.. list(Vectors.KeyedVersions).Select(vector => (vector.Name, true))]);
        return names;
    }

    private static VersionVector Find(
        Func<VectorFile<VersionVector>, IReadOnlyList<VersionVector>> list, string name, bool bindsKey) =>
        list(bindsKey ? Vectors.KeyedVersions : Vectors.Versions).Single(vector => vector.Name == name);
}
