using Secronna.Crypto;
using Xunit;

namespace Secronna.UnitTests.Crypto;

public sealed class ServiceKeyBoxTests
{
    private static readonly byte[] Blob = [1, 2, 3, 4, 5];

    [Fact]
    public void Opening_a_box_gives_the_blob_that_was_sealed()
    {
        Assert.Equal(Blob, Open("mk_1", ServiceKeyBox.Seal("mk_1", Blob)));
        Assert.Equal([7], Open("mk_1", ServiceKeyBox.Seal("mk_1", [7])));
        var large = new byte[6144];
        Assert.Equal(large, Open("mk_1", ServiceKeyBox.Seal("mk_1", large)));
    }

    [Fact]
    public void A_box_is_the_header_followed_by_the_blob()
    {
        var header = ServiceKeyBox.Header("mk_1");
        Assert.Equal(18, header.Length);
        Assert.Equal((byte[])[.. header, .. Blob], ServiceKeyBox.Seal("mk_1", Blob));
    }

    [Fact]
    public void Any_flipped_bit_of_the_header_is_refused()
    {
        var box = ServiceKeyBox.Seal("mk_1", Blob);
        for (var bit = 0; bit < 18 * 8; bit++)
        {
            var changed = box.ToArray();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            Refused("mk_1", changed);
        }
    }

    [Fact]
    public void A_box_without_a_blob_is_refused()
    {
        var box = ServiceKeyBox.Seal("mk_1", Blob);
        for (var length = 0; length <= 18; length++)
        {
            Refused("mk_1", box[..length]);
        }

        Assert.Equal([1], Open("mk_1", box[..19]));
    }

    [Fact]
    public void A_box_of_another_master_key_is_refused() => Refused("mk_2", ServiceKeyBox.Seal("mk_1", Blob));

    [Fact]
    public void Wrapped_key_boxes_and_service_key_boxes_are_not_interchangeable()
    {
        var binding = MasterKeyBinding.ForInstallationKey("mk_1");
        Refused("mk_1", MasterKeyWrap.Wrap(new byte[32], binding, new byte[32]));
        var box = ServiceKeyBox.Seal("mk_1", new byte[60]);
        Assert.Equal(78, box.Length);
        Assert.Throws<DecryptionException>(() => MasterKeyWrap.Unwrap(new byte[32], binding, box, new byte[32]));
        Assert.Throws<DecryptionException>(() => TokenWrap.ForUnwrapping(binding, box));
    }

    [Fact]
    public void An_invalid_id_is_an_argument_error_when_sealing_and_a_decryption_error_when_opening()
    {
        foreach (var id in (string[])[null!, "", "\udc00", new string('m', 129)])
        {
            Assert.Throws<ArgumentException>(() => ServiceKeyBox.Header(id));
            Assert.Throws<ArgumentException>(() => ServiceKeyBox.Seal(id, Blob));
            Refused(id, ServiceKeyBox.Seal("mk_1", Blob));
        }
    }

    [Fact]
    public void An_empty_blob_is_an_argument_error() => Assert.Throws<ArgumentException>(() => ServiceKeyBox.Seal("mk_1", []));

    private static byte[] Open(string masterKeyId, byte[] box) => ServiceKeyBox.Open(masterKeyId, box).ToArray();

    private static void Refused(string masterKeyId, byte[] box) => Assert.Throws<DecryptionException>(() => Open(masterKeyId, box));
}
