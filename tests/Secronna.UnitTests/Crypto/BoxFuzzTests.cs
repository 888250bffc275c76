using CsCheck;
using Secronna.Crypto;
using Xunit;

namespace Secronna.UnitTests.Crypto;

public sealed class BoxFuzzTests
{
    private readonly Sample _sample = Sample.Make();

    [Fact]
    public void Random_bytes_as_boxes_give_nothing_but_the_one_error()
    {
        var box = Gen.OneOf(Gen.Byte.Array[0, 200], Gen.Byte.Array[78], WithKnownStart(Gen.Byte.Array[0, 200]));
        Gen.Select(box, box).Sample((wrapped, ciphertext) =>
        {
            Refused(() => (_sample with { WrappedDataKey = wrapped, Ciphertext = ciphertext }).Open());
            Refused(() => (_sample with { WrappedDataKey = wrapped }).Open());
            Refused(() => (_sample with { Ciphertext = ciphertext }).Open());
            Refused(() => MasterKeyWrap.Unwrap(
                _sample.Kek, MasterKeyBinding.ForInstallationKey("mk"), wrapped, new byte[32]));
        }, iter: 2000);
    }

    [Fact]
    public void Random_changes_of_good_boxes_give_nothing_but_the_one_error()
    {
        Gen.Select(Gen.Bool, Gen.Int[0, 77], Gen.Byte, Gen.Int[0, 77], Gen.Byte)
            .Where(change => change.Item3 != 0 && (change.Item2 != change.Item4 || change.Item3 != change.Item5))
            .Sample(change =>
            {
                var (wrapped, at, with, alsoAt, alsoWith) = change;
                var box = (wrapped ? _sample.WrappedDataKey : _sample.Ciphertext).ToArray();
                box[at] ^= with;
                box[alsoAt] ^= alsoWith;
                Refused(() => (wrapped ? _sample with { WrappedDataKey = box } : _sample with { Ciphertext = box }).Open());
            }, iter: 2000);
    }

    [Fact]
    public void Random_text_as_ids_gives_nothing_but_the_one_error()
    {
        Gen.Select(Gen.String, Gen.String, Gen.Int).Sample((workspaceId, kekId, version) =>
        {
            Refused(() => (_sample with { Binding = _sample.Binding with { WorkspaceId = workspaceId } }).Open());
            Refused(() => (_sample with { KekId = kekId }).Open());
            if (version != _sample.Binding.Version)
                Refused(() => (_sample with { Binding = _sample.Binding with { Version = version } }).Open());
            Refused(() => MasterKeyWrap.Unwrap(
                _sample.Kek, MasterKeyBinding.ForInstallationKey(workspaceId), _sample.WrappedDataKey, new byte[32]));
        }, iter: 2000);
    }

    private static Gen<byte[]> WithKnownStart(Gen<byte[]> boxes) => boxes.Select(box =>
    {
        box.AsSpan(0, Math.Min(2, box.Length)).Fill(1);
        return box;
    });

    private static void Refused(Action open) => Assert.Throws<DecryptionException>(open);
}
