using System.Security.Cryptography;
using Secronna.Crypto;
using Xunit;

namespace Secronna.UnitTests.Crypto;

public sealed class TamperTests
{
    private readonly Sample _sample = Sample.Make();

    [Fact]
    public void The_untouched_sample_opens() => Assert.Equal(Sample.Value, _sample.OpenedBytes());

    [Fact]
    public void Any_flipped_bit_of_a_wrapped_data_key_is_refused()
    {
        foreach (var changed in EveryBitFlipped(_sample.WrappedDataKey))
            Refused(_sample with { WrappedDataKey = changed });
    }

    [Fact]
    public void Any_flipped_bit_of_a_value_box_is_refused()
    {
        foreach (var changed in EveryBitFlipped(_sample.Ciphertext))
            Refused(_sample with { Ciphertext = changed });
    }

    [Fact]
    public void Any_flipped_bit_of_the_KEK_is_refused()
    {
        foreach (var changed in EveryBitFlipped(_sample.Kek))
            Refused(_sample with { Kek = changed });
    }

    [Fact]
    public void Every_byte_of_format_and_algorithm_but_the_known_is_refused()
    {
        for (var value = 0; value < 256; value++)
        {
            if (value == 1)
                continue;
            foreach (var position in new[] { 0, 1 })
            {
                Refused(_sample with { WrappedDataKey = Changed(_sample.WrappedDataKey, position, (byte)value) });
                Refused(_sample with { Ciphertext = Changed(_sample.Ciphertext, position, (byte)value) });
            }
        }
    }

    [Fact]
    public void Every_other_length_is_refused()
    {
        foreach (var changed in EveryOtherLength(_sample.WrappedDataKey))
            Refused(_sample with { WrappedDataKey = changed });
        foreach (var changed in EveryOtherLength(_sample.Ciphertext))
            Refused(_sample with { Ciphertext = changed });
    }

    [Fact]
    public void Bytes_put_in_anywhere_are_refused()
    {
        foreach (var count in new[] { 1, 16, 32 })
        {
            for (var position = 0; position <= _sample.WrappedDataKey.Length; position++)
                Refused(_sample with { WrappedDataKey = Inserted(_sample.WrappedDataKey, position, count) });
            for (var position = 0; position <= _sample.Ciphertext.Length; position++)
                Refused(_sample with { Ciphertext = Inserted(_sample.Ciphertext, position, count) });
        }
    }

    [Fact]
    public void A_box_that_authenticates_under_a_binding_that_names_nothing_is_refused()
    {
        // Sealing refuses such a binding, so the box is made by hand.
        var binding = _sample.Binding with { SecretId = "" };
        var dataKey = RandomNumberGenerator.GetBytes(32);
        Assert.Throws<DecryptionException>(() => OpenValue(dataKey, binding, BoxCommittingTo(dataKey, dataKey, binding)));

        var wrapped = WrappedByHand(dataKey, binding, _sample.KekId);
        Assert.Throws<DecryptionException>(
            () => (_sample with { Binding = binding, WrappedDataKey = wrapped }).DataKey());
        var sound = WrappedByHand(dataKey, _sample.Binding, _sample.KekId);
        Assert.Equal(dataKey, (_sample with { WrappedDataKey = sound }).DataKey());
    }

    [Fact]
    public void A_refused_value_box_gives_its_buffer_back()
    {
        var large = _sample.Seal(new byte[65_536]);
        large = large with { Ciphertext = Changed(large.Ciphertext, 100, 0) };
        Refused(large);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 20; i++)
            Refused(large);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10 * 65_536);
    }

    [Fact]
    public void Every_change_of_the_binding_is_refused()
    {
        var binding = _sample.Binding;
        VersionBinding[] others =
        [
            binding with { WorkspaceId = "acc_2" },
            binding with { ProjectId = "prj_2" },
            binding with { EnvironmentId = "env_2" },
            binding with { SecretId = "sec_2" },
            binding with { Version = 2 },
            binding with { Version = 256 },
            binding with { WorkspaceId = binding.ProjectId, ProjectId = binding.WorkspaceId },
            binding with { EnvironmentId = binding.SecretId, SecretId = binding.EnvironmentId },
            binding with { WorkspaceId = "acc_1p", ProjectId = "rj_1" },
        ];
        foreach (var other in others)
            Refused(_sample with { Binding = other });
    }

    [Fact]
    public void The_value_box_alone_is_bound_to_every_field_too()
    {
        // With the data key at hand, so that the wrapped data key's own binding can't be what refuses.
        var dataKey = _sample.DataKey();
        var binding = _sample.Binding;
        OpenValue(dataKey, binding, _sample.Ciphertext).Dispose();
        VersionBinding[] others =
        [
            binding with { WorkspaceId = "acc_2" },
            binding with { ProjectId = "prj_2" },
            binding with { EnvironmentId = "env_2" },
            binding with { SecretId = "sec_2" },
            binding with { Version = 2 },
        ];
        foreach (var other in others)
            Assert.Throws<DecryptionException>(() => OpenValue(dataKey, other, _sample.Ciphertext));
    }

    [Fact]
    public void The_wrapped_data_key_alone_is_bound_to_every_field_too()
    {
        var binding = _sample.Binding;
        Sample[] others =
        [
            _sample with { Binding = binding with { WorkspaceId = "acc_2" } },
            _sample with { Binding = binding with { ProjectId = "prj_2" } },
            _sample with { Binding = binding with { EnvironmentId = "env_2" } },
            _sample with { Binding = binding with { SecretId = "sec_2" } },
            _sample with { Binding = binding with { Version = 2 } },
            _sample with { KekId = "kek_2" },
        ];
        foreach (var other in others)
            Assert.Throws<DecryptionException>(() => other.DataKey());
    }

    [Fact]
    public void Another_KEK_its_id_or_its_name_is_refused()
    {
        var other = Sample.Make();
        Refused(_sample with { Kek = other.Kek });
        Refused(_sample with { KekId = "kek_2" });
        Refused(_sample with { KekName = other.KekName });
    }

    [Fact]
    public void A_name_changed_in_the_box_and_in_the_question_alike_is_refused()
    {
        var name = RandomNumberGenerator.GetBytes(16);
        var box = _sample.WrappedDataKey.ToArray();
        name.CopyTo(box, 2);
        Refused(_sample with { WrappedDataKey = box, KekName = KeyName.FromBytes(name) });
    }

    [Fact]
    public void Parts_of_two_versions_under_one_KEK_and_one_binding_are_refused_when_swapped()
    {
        var other = _sample.Seal(Sample.Value);
        Refused(_sample with { WrappedDataKey = other.WrappedDataKey });
        Refused(_sample with { Ciphertext = other.Ciphertext });
        foreach (var range in new[] { 2..18, 18..30, 30..62, 62..78 })
        {
            var box = Spliced(_sample.WrappedDataKey, other.WrappedDataKey, range);
            if (!box.AsSpan().SequenceEqual(_sample.WrappedDataKey))
                Refused(_sample with { WrappedDataKey = box });
        }

        foreach (var range in new[] { 2..14, 14..46, 46..^16, ^16..^0 })
            Refused(_sample with { Ciphertext = Spliced(_sample.Ciphertext, other.Ciphertext, range) });
    }

    [Fact]
    public void A_box_that_authenticates_under_one_data_key_and_commits_to_another_opens_under_neither()
    {
        byte[] first = RandomNumberGenerator.GetBytes(32), second = RandomNumberGenerator.GetBytes(32);
        var box = BoxCommittingTo(first, second, _sample.Binding);
        Assert.Throws<DecryptionException>(() => OpenValue(first, _sample.Binding, box));
        Assert.Throws<DecryptionException>(() => OpenValue(second, _sample.Binding, box));
        OpenValue(first, _sample.Binding, BoxCommittingTo(first, first, _sample.Binding)).Dispose();
    }

    [Fact]
    public void The_error_says_nothing_of_why()
    {
        Sample[] wrong =
        [
            _sample with { Kek = new byte[32] },
            _sample with { WrappedDataKey = [] },
            _sample with { Ciphertext = [1] },
            _sample with { Binding = default },
            _sample with { Ciphertext = Changed(_sample.Ciphertext, 20, 0) },
            _sample with { Ciphertext = Changed(_sample.Ciphertext, 50, 0) },
        ];
        foreach (var sample in wrong)
        {
            var error = Assert.Throws<DecryptionException>(() => sample.Open());
            Assert.Equal("The box can't be opened.", error.Message);
            Assert.Null(error.InnerException);
            Assert.Empty(error.Data);
        }
    }

    // What an attacker who knows both data keys would make: GCM is sound under the first, the commitment is the second's.
    private static byte[] BoxCommittingTo(byte[] dataKey, byte[] committed, in VersionBinding binding)
    {
        byte[] keys = new byte[64], others = new byte[64], box = new byte[62 + 5], nonce = new byte[12];
        ValueKey.Derive(dataKey, nonce, keys);
        ValueKey.Derive(committed, nonce, others);
        box[0] = box[1] = 1;
        others.AsSpan(32).CopyTo(box.AsSpan(14));
        var bytes = AssociatedData.ForValue(new byte[AssociatedData.MaxSize], binding).WithHeader(box.AsSpan(0, 46));
        using var aes = new AesGcm(keys.AsSpan(0, 32), 16);
        aes.Encrypt(nonce, "value"u8, box.AsSpan(46, 5), box.AsSpan(51), bytes);
        return box;
    }

    private byte[] WrappedByHand(byte[] dataKey, in VersionBinding binding, string kekId)
    {
        byte[] box = new byte[78], nonce = new byte[12];
        box[0] = box[1] = 1;
        _sample.KekName.CopyTo(box.AsSpan(2));
        var bytes = AssociatedData.ForDataKey(new byte[AssociatedData.MaxSize], binding, kekId)
            .WithHeader(box.AsSpan(0, 30));
        using var aes = new AesGcm(_sample.Kek, 16);
        aes.Encrypt(nonce, dataKey, box.AsSpan(30, 32), box.AsSpan(62), bytes);
        return box;
    }

    private static PinnedBuffer OpenValue(byte[] dataKey, in VersionBinding binding, byte[] box) =>
        ValueBox.Open(dataKey, AssociatedData.ForValue(new byte[AssociatedData.MaxSize], binding), box);

    private static void Refused(Sample sample) => Assert.Throws<DecryptionException>(() => sample.Open());

    private static byte[] Inserted(byte[] bytes, int position, int count) =>
        [.. bytes.AsSpan(0, position), .. new byte[count], .. bytes.AsSpan(position)];

    private static byte[] Changed(byte[] bytes, int position, byte value)
    {
        var changed = bytes.ToArray();
        changed[position] = changed[position] == value ? (byte)~value : value;
        return changed;
    }

    private static byte[] Spliced(byte[] bytes, byte[] other, Range range)
    {
        var changed = bytes.ToArray();
        other[range].CopyTo(changed.AsSpan(range));
        return changed;
    }

    private static IEnumerable<byte[]> EveryBitFlipped(byte[] bytes)
    {
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            var changed = bytes.ToArray();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            yield return changed;
        }
    }

    private static IEnumerable<byte[]> EveryOtherLength(byte[] bytes)
    {
        for (var length = 0; length <= bytes.Length + 64; length++)
        {
            if (length == bytes.Length)
                continue;
            var changed = new byte[length];
            bytes.AsSpan(0, Math.Min(length, bytes.Length)).CopyTo(changed);
            yield return changed;
            if (length < bytes.Length)
                yield return bytes[^length..];
        }
    }
}
