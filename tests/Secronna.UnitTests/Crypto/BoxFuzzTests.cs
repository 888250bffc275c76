using CsCheck;
using Secronna.Crypto;
using Xunit;

namespace Secronna.UnitTests.Crypto;

public sealed class BoxFuzzTests
{
    private readonly Sample sample = Sample.Create();

    [Fact]
    public void Random_bytes_in_place_of_boxes_give_only_a_decryption_error()
    {
        var box = Gen.OneOf(Gen.Byte.Array[0, 200], Gen.Byte.Array[78], WithKnownStart(Gen.Byte.Array[0, 200]));
        Gen.Select(box, box).Sample((wrapped, ciphertext) =>
        {
            Refused(() => (sample with { WrappedDataKey = wrapped, Ciphertext = ciphertext }).Open());
            Refused(() => (sample with { WrappedDataKey = wrapped }).Open());
            Refused(() => (sample with { Ciphertext = ciphertext }).Open());
            Refused(() => MasterKeyWrap.Unwrap(
                sample.Kek, MasterKeyBinding.ForInstallationKey("mk"), wrapped, new byte[32]));
        }, iter: 2000);
    }

    [Fact]
    public void Random_changes_to_good_boxes_give_only_a_decryption_error()
    {
        Gen.Select(Gen.Bool, Gen.Int[0, 77], Gen.Byte, Gen.Int[0, 77], Gen.Byte)
            .Where(change => change.Item3 != 0 && (change.Item2 != change.Item4 || change.Item3 != change.Item5))
            .Sample(change =>
            {
                var (wrapped, at, with, alsoAt, alsoWith) = change;
                var box = (wrapped ? sample.WrappedDataKey : sample.Ciphertext).ToArray();
                box[at] ^= with;
                box[alsoAt] ^= alsoWith;
                Refused(() => (wrapped ? sample with { WrappedDataKey = box } : sample with { Ciphertext = box }).Open());
            }, iter: 2000);
    }

    [Fact]
    public void Random_text_in_place_of_ids_gives_only_a_decryption_error()
    {
        Gen.Select(Gen.String, Gen.String, Gen.Int).Sample((workspaceId, kekId, version) =>
        {
            Refused(() => (sample with { Binding = sample.Binding with { WorkspaceId = workspaceId } }).Open());
            Refused(() => (sample with { KekId = kekId }).Open());
            if (version != sample.Binding.Version)
            {
                Refused(() => (sample with { Binding = sample.Binding with { Version = version } }).Open());
            }

            Refused(() => MasterKeyWrap.Unwrap(
                sample.Kek, MasterKeyBinding.ForInstallationKey(workspaceId), sample.WrappedDataKey, new byte[32]));
        }, iter: 2000);
    }

    private static Gen<byte[]> WithKnownStart(Gen<byte[]> boxes) => boxes.Select(box =>
    {
        box.AsSpan(0, Math.Min(2, box.Length)).Fill(1);
        return box;
    });

    private static void Refused(Action open) => Assert.Throws<DecryptionException>(open);
}
