using CsCheck;
using Secronna.Crypto;
using Xunit;

namespace Secronna.UnitTests.Crypto;

public sealed class EnvelopeTests
{
    private static readonly VersionBinding[] UnusableBindings =
    [
        default,
        new("", "p", "e", "s", "k", 1),
        new("w", null!, "e", "s", "k", 1),
        new("w", "p", "", "s", "k", 1),
        new("w", "p", "e", "", "k", 1),
        new("w", "p", "e", "s", "", 1),
        new("w", "p", "e", "s", null!, 1),
        new("w", "p", "e", "s", new string('k', 257), 1),
        new("w", "p", "e", "s", "k", 0),
        new("w", "p", "e", "s", "k", -1),
        new(new string('w', 129), "p", "e", "s", "k", 1),
        new("w", new string('ä', 65), "e", "s", "k", 1),
        new("w", "p", "lone \ud800 surrogate", "s", "k", 1),
    ];

    [Fact]
    public void A_sealed_value_opens_at_every_size_up_to_the_limit()
    {
        var sample = Sample.Create();
        Gen.OneOf(Gen.Int[0, 300], Gen.Int[0, 65_536], Gen.Int[65_530, 65_536])
            .SelectMany(size => Gen.Byte.Array[size])
            .Sample(value => sample.Seal(value).OpenedBytes().AsSpan().SequenceEqual(value), iter: 300);
    }

    [Fact]
    public void Every_valid_id_and_version_number_seals_and_opens()
    {
        var id = Gen.String[Gen.Char['!', '~'], 1, 128];
        var key = Gen.String[Gen.Char['!', '~'], 1, 256];
        Gen.Select(id, id, id, id, key, Gen.Int[1, int.MaxValue], id).Sample((w, p, e, s, k, version, kek) =>
        {
            var sample = Sample.Create() with { Binding = new(w, p, e, s, k, version), KekId = kek };
            return sample.Seal(Sample.Value).OpenedBytes().AsSpan().SequenceEqual(Sample.Value);
        }, iter: 300);
    }

    [Fact]
    public void Boxes_have_the_documented_sizes_and_do_not_contain_the_value()
    {
        var sample = Sample.Create();
        Assert.Equal(78, sample.WrappedDataKey.Length);
        Assert.Equal(62 + Sample.Value.Length, sample.Ciphertext.Length);
        Assert.Equal(-1, sample.Ciphertext.AsSpan().IndexOf(Sample.Value.AsSpan(0, 8)));
    }

    [Fact]
    public void No_nonce_data_key_or_ciphertext_repeats()
    {
        const int Seals = 20_000;
        var sample = Sample.Create();
        HashSet<string> wrapNonces = [], valueNonces = [], dataKeys = [], ciphertexts = [];
        for (var i = 0; i < Seals; i++)
        {
            var version = sample.Seal(Sample.Value);
            wrapNonces.Add(Hex.Text(version.WrappedDataKey.AsSpan(18, 12)));
            valueNonces.Add(Hex.Text(version.Ciphertext.AsSpan(2, 12)));
            dataKeys.Add(Hex.Text(version.DataKey()));
            ciphertexts.Add(Hex.Text(version.Ciphertext.AsSpan(46)));
        }

        Assert.Equal([Seals, Seals, Seals, Seals], [wrapNonces.Count, valueNonces.Count, dataKeys.Count, ciphertexts.Count]);
    }

    [Fact]
    public void A_rewrapped_data_key_opens_the_unchanged_value_with_the_new_KEK_only()
    {
        var old = Sample.Create();
        var next = Sample.Create() with { KekId = "kek_2", Ciphertext = old.Ciphertext };
        next = next with { WrappedDataKey = old.Rewrap(next) };

        Assert.Equal(Sample.Value, next.OpenedBytes());
        Assert.Equal(old.DataKey(), next.DataKey());
        Assert.NotEqual(old.WrappedDataKey, next.WrappedDataKey);
        Assert.Throws<DecryptionException>(() => (old with { WrappedDataKey = next.WrappedDataKey }).Open());
    }

    [Fact]
    public void A_version_sealed_before_keys_were_bound_opens_and_a_rewrap_binds_its_key_without_changing_the_value()
    {
        var old = Sample.CreateOld();
        var next = Sample.Create() with { KekId = "kek_2", Ciphertext = old.Ciphertext };
        next = next with { WrappedDataKey = old.Rewrap(next) };

        Assert.Equal(Sample.Value, old.OpenedBytes());
        Assert.False(Envelope.BindsKey(old.WrappedDataKey));
        Assert.Equal(Sample.Value, next.OpenedBytes());
        Assert.True(Envelope.BindsKey(next.WrappedDataKey));
        Assert.Throws<DecryptionException>(() => (next with { Binding = next.Binding with { Key = "KEY_2" } }).Open());
    }

    [Fact]
    public void A_new_version_binds_its_key()
    {
        Assert.True(Envelope.BindsKey(Sample.Create().WrappedDataKey));
        Assert.False(Envelope.BindsKey([]));
    }

    [Fact]
    public void A_wrapped_data_key_that_does_not_open_is_not_rewrapped()
    {
        var next = Sample.Create();
        Assert.Throws<DecryptionException>(() => (Sample.Create() with { KekId = "kek_3" }).Rewrap(next));
        Assert.Throws<DecryptionException>(() => (Sample.Create() with { WrappedDataKey = [] }).Rewrap(next));
    }

    [Fact]
    public void An_invalid_binding_is_an_argument_error_when_sealing_and_a_decryption_error_when_opening()
    {
        foreach (var binding in UnusableBindings)
        {
            var sample = Sample.Create() with { Binding = binding };
            Assert.Throws<ArgumentException>(() => sample.Seal(Sample.Value));
            Assert.Throws<DecryptionException>(() => sample.Open());
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    public void A_missing_KEK_id_is_an_argument_error_when_sealing_and_a_decryption_error_when_opening(string? kekId)
    {
        var sample = Sample.Create() with { KekId = kekId! };
        Assert.Throws<ArgumentException>(() => sample.Seal(Sample.Value));
        Assert.Throws<DecryptionException>(() => sample.Open());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(16)]
    [InlineData(31)]
    [InlineData(33)]
    public void A_KEK_of_the_wrong_length_is_an_argument_error_when_sealing_and_a_decryption_error_when_opening(int size)
    {
        var sample = Sample.Create() with { Kek = new byte[size] };
        Assert.Throws<ArgumentException>(() => sample.Seal(Sample.Value));
        Assert.Throws<DecryptionException>(() => sample.Open());
        Assert.Throws<ArgumentException>(() => Sample.Create().Rewrap(sample));
    }

    [Fact]
    public void Unusable_associated_data_never_reaches_the_cipher()
    {
        var unusable = AssociatedData.ForValue(new byte[AssociatedData.MaxSize], BoxFormat.WithKey, default).IsUsable;
        Assert.False(unusable);
        Assert.Throws<ArgumentException>(() => ValueBox.Seal(
            new byte[32], new byte[12], AssociatedData.ForValue(new byte[AssociatedData.MaxSize], BoxFormat.WithKey, default), []));
        Assert.Throws<DecryptionException>(() => ValueBox.Open(
            new byte[32], AssociatedData.ForValue(new byte[AssociatedData.MaxSize], BoxFormat.WithKey, default),
            Sample.Create().Ciphertext));
    }

    [Fact]
    public void Opening_allocates_little_besides_the_value()
    {
        var sample = Sample.Create();
        sample.OpenedBytes();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            sample.Open().Dispose();
        }

        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / 1000, 0, 1024);
    }
}
