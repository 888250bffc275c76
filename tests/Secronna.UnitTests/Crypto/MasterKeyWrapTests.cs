using System.Security.Cryptography;
using Secronna.Crypto;
using Xunit;

namespace Secronna.UnitTests.Crypto;

public sealed class MasterKeyWrapTests
{
    private static readonly MasterKeyBinding Kek = MasterKeyBinding.ForKek("acc_1", "prj_1", "kek_1", "mk_1");
    private static readonly MasterKeyBinding Installation = MasterKeyBinding.ForInstallationKey("mk_1");

    private static readonly MasterKeyBinding[] UnusableBindings =
    [
        default,
        MasterKeyBinding.ForInstallationKey(""),
        MasterKeyBinding.ForInstallationKey(null!),
        MasterKeyBinding.ForInstallationKey(new string('m', 129)),
        MasterKeyBinding.ForKek("", "p", "k", "m"),
        MasterKeyBinding.ForKek("w", "", "k", "m"),
        MasterKeyBinding.ForKek("w", "p", null!, "m"),
        MasterKeyBinding.ForKek("w", "p", "k", "\udc00"),
    ];

    private readonly byte[] masterKey = RandomNumberGenerator.GetBytes(32);
    private readonly byte[] keyBytes = RandomNumberGenerator.GetBytes(32);

    [Fact]
    public void A_KEK_and_the_installation_key_unwrap_to_the_key_that_was_wrapped()
    {
        Assert.Equal(keyBytes, Unwrapped(Kek, Wrap(Kek)));
        Assert.Equal(keyBytes, Unwrapped(Installation, Wrap(Installation)));
    }

    [Fact]
    public void No_nonce_repeats()
    {
        const int Wraps = 5000;
        var nonces = Enumerable.Range(0, Wraps).Select(_ => Hex.Text(Wrap(Kek).AsSpan(18, 12))).ToHashSet();
        Assert.Equal(Wraps, nonces.Count);
    }

    [Fact]
    public void Every_change_of_the_binding_is_refused()
    {
        var box = Wrap(Kek);
        MasterKeyBinding[] others =
        [
            MasterKeyBinding.ForKek("acc_2", "prj_1", "kek_1", "mk_1"),
            MasterKeyBinding.ForKek("acc_1", "prj_2", "kek_1", "mk_1"),
            MasterKeyBinding.ForKek("acc_1", "prj_1", "kek_2", "mk_1"),
            MasterKeyBinding.ForKek("acc_1", "prj_1", "kek_1", "mk_2"),
            MasterKeyBinding.ForKek("prj_1", "acc_1", "kek_1", "mk_1"),
            Installation,
        ];
        foreach (var other in others)
        {
            Refused(other, box);
        }

        Refused(Kek, Wrap(Installation));
        Refused(MasterKeyBinding.ForInstallationKey("mk_2"), Wrap(Installation));
    }

    [Fact]
    public void The_master_key_id_is_bound_even_if_the_header_names_that_master_key()
    {
        // The box gets the header of another master key, and the call names that master key too.
        var box = Wrap(Kek);
        KeyName.FromMasterKeyId("mk_2").CopyTo(box.AsSpan(2));
        Refused(MasterKeyBinding.ForKek("acc_1", "prj_1", "kek_1", "mk_2"), box);
    }

    [Fact]
    public void Any_flipped_bit_and_any_other_length_is_refused()
    {
        var box = Wrap(Kek);
        for (var bit = 0; bit < box.Length * 8; bit++)
        {
            var changed = box.ToArray();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            Refused(Kek, changed);
        }

        for (var length = 0; length < 160; length++)
        {
            if (length == box.Length)
            {
                continue;
            }

            var changed = box.ToArray();
            Array.Resize(ref changed, length);
            Refused(Kek, changed);
        }
    }

    [Fact]
    public void Another_master_key_is_refused_and_leaves_no_key_behind()
    {
        var key = RandomNumberGenerator.GetBytes(32);
        Assert.Throws<DecryptionException>(() => MasterKeyWrap.Unwrap(new byte[32], Kek, Wrap(Kek), key));
        Assert.Equal(new byte[32], key);
        key = RandomNumberGenerator.GetBytes(32);
        Assert.Throws<DecryptionException>(() => MasterKeyWrap.Unwrap(masterKey, Kek, [], key));
        Assert.Equal(new byte[32], key);
        Assert.Throws<DecryptionException>(() => MasterKeyWrap.Unwrap(new byte[16], Kek, Wrap(Kek), key));
    }

    [Fact]
    public void A_wrapped_data_key_is_not_accepted_as_a_wrapped_KEK()
    {
        var name = KeyName.FromMasterKeyId("mk_1");
        foreach (var format in new[] { BoxFormat.First, BoxFormat.WithKey })
        {
            var associatedData = AssociatedData.ForDataKey(
                new byte[AssociatedData.MaxSize], format, new("acc_1", "prj_1", "kek_1", "mk_1", "KEY", 1), "mk_1");
            var wrapped = WrappedKeyBox.Seal(masterKey, name, new byte[12], associatedData, keyBytes);
            Refused(Kek, wrapped);
            Refused(Installation, wrapped);
        }
    }

    [Fact]
    public void Keys_of_the_wrong_length_are_argument_errors()
    {
        Assert.Throws<ArgumentException>(() => MasterKeyWrap.Wrap(new byte[31], Kek, keyBytes));
        Assert.Throws<ArgumentException>(() => MasterKeyWrap.Wrap(masterKey, Kek, new byte[33]));
        Assert.Throws<ArgumentException>(() => MasterKeyWrap.Unwrap(masterKey, Kek, Wrap(Kek), new byte[31]));
    }

    [Fact]
    public void An_invalid_binding_is_an_argument_error_when_wrapping_and_a_decryption_error_when_unwrapping()
    {
        foreach (var binding in UnusableBindings)
        {
            Assert.Throws<ArgumentException>(() => Wrap(binding));
            Refused(binding, Wrap(Kek));
            Refused(binding, Wrap(Installation));
        }
    }

    [Fact]
    public void A_binding_has_the_ids_it_was_created_from()
    {
        Assert.Equal(("acc_1", "prj_1", "kek_1", "mk_1", false),
            (Kek.WorkspaceId, Kek.ProjectId, Kek.KekId, Kek.MasterKeyId, Kek.IsInstallationKey));
        Assert.Equal((null, null, null, "mk_1", true),
            (Installation.WorkspaceId, Installation.ProjectId, Installation.KekId, Installation.MasterKeyId,
                Installation.IsInstallationKey));
    }

    private byte[] Wrap(in MasterKeyBinding binding) => MasterKeyWrap.Wrap(masterKey, binding, keyBytes);

    private byte[] Unwrapped(in MasterKeyBinding binding, byte[] box)
    {
        var key = new byte[32];
        MasterKeyWrap.Unwrap(masterKey, binding, box, key);
        return key;
    }

    private void Refused(MasterKeyBinding binding, byte[] box) =>
        Assert.Throws<DecryptionException>(() => Unwrapped(binding, box));
}
