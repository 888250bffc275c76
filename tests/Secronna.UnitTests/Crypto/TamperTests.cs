using System.Security.Cryptography;
using Secronna.Crypto;
using Xunit;

namespace Secronna.UnitTests.Crypto;

[FlawClass("commitment")]
public sealed class TamperTests
{
    private readonly Sample sample = Sample.Create();

    [Fact]
    public void The_untouched_sample_opens() => Assert.Equal(Sample.Value, sample.OpenedBytes());

    [Fact]
    public void Any_flipped_bit_of_a_wrapped_data_key_is_refused()
    {
        foreach (var changed in EveryBitFlipped(sample.WrappedDataKey))
        {
            Refused(sample with { WrappedDataKey = changed });
        }
    }

    [Fact]
    public void Any_flipped_bit_of_a_value_box_is_refused()
    {
        foreach (var changed in EveryBitFlipped(sample.Ciphertext))
        {
            Refused(sample with { Ciphertext = changed });
        }
    }

    [Fact]
    public void Any_flipped_bit_of_the_KEK_is_refused()
    {
        foreach (var changed in EveryBitFlipped(sample.Kek))
        {
            Refused(sample with { Kek = changed });
        }
    }

    [Fact]
    public void Every_other_format_and_algorithm_byte_is_refused()
    {
        foreach (var sound in new[] { sample, Sample.CreateOld() })
        {
            foreach (var position in new[] { 0, 1 })
            {
                foreach (var value in Enumerable.Range(0, 256).Select(value => (byte)value).Where(value => value != sound.Ciphertext[position]))
                {
                    Refused(sound with { WrappedDataKey = Changed(sound.WrappedDataKey, position, value) });
                    Refused(sound with { Ciphertext = Changed(sound.Ciphertext, position, value) });
                }
            }
        }
    }

    [Fact]
    public void Every_other_length_is_refused()
    {
        foreach (var changed in EveryOtherLength(sample.WrappedDataKey))
        {
            Refused(sample with { WrappedDataKey = changed });
        }

        foreach (var changed in EveryOtherLength(sample.Ciphertext))
        {
            Refused(sample with { Ciphertext = changed });
        }
    }

    [Fact]
    public void Bytes_inserted_anywhere_are_refused()
    {
        foreach (var count in new[] { 1, 16, 32 })
        {
            for (var position = 0; position <= sample.WrappedDataKey.Length; position++)
            {
                Refused(sample with { WrappedDataKey = Inserted(sample.WrappedDataKey, position, count) });
            }

            for (var position = 0; position <= sample.Ciphertext.Length; position++)
            {
                Refused(sample with { Ciphertext = Inserted(sample.Ciphertext, position, count) });
            }
        }
    }

    [Fact]
    public void A_box_that_authenticates_under_an_invalid_binding_is_refused()
    {
        // Sealing refuses such a binding, so the test builds the box itself.
        var binding = sample.Binding with { SecretId = "" };
        var dataKey = RandomNumberGenerator.GetBytes(32);
        Assert.Throws<DecryptionException>(() => OpenValue(dataKey, binding, BoxCommittingTo(dataKey, dataKey, binding)));

        var wrapped = WrappedByHand(dataKey, binding, sample.KekId);
        Assert.Throws<DecryptionException>(
            () => (sample with { Binding = binding, WrappedDataKey = wrapped }).DataKey());
        var sound = WrappedByHand(dataKey, sample.Binding, sample.KekId);
        Assert.Equal(dataKey, (sample with { WrappedDataKey = sound }).DataKey());
    }

    [Fact]
    public void Refusing_a_value_box_returns_its_buffer_to_the_pool()
    {
        var large = sample.Seal(new byte[65_536]);
        large = large with { Ciphertext = Changed(large.Ciphertext, 100, 0) };
        Refused(large);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 20; i++)
        {
            Refused(large);
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10 * 65_536);
    }

    [Fact]
    public void Every_change_of_the_binding_is_refused()
    {
        var binding = sample.Binding;
        VersionBinding[] others =
        [
            binding with { WorkspaceId = "acc_2" },
            binding with { ProjectId = "prj_2" },
            binding with { EnvironmentId = "env_2" },
            binding with { SecretId = "sec_2" },
            binding with { Key = "KEY_2" },
            binding with { Key = "key_1" },
            binding with { SecretId = "sec_1K", Key = "EY_1" },
            binding with { Version = 2 },
            binding with { Version = 256 },
            binding with { WorkspaceId = binding.ProjectId, ProjectId = binding.WorkspaceId },
            binding with { EnvironmentId = binding.SecretId, SecretId = binding.EnvironmentId },
            binding with { WorkspaceId = "acc_1p", ProjectId = "rj_1" },
        ];
        foreach (var other in others)
        {
            Refused(sample with { Binding = other });
        }
    }

    [Fact]
    public void The_value_box_by_itself_is_bound_to_every_field()
    {
        // The data key is used directly, so that the refusal can't come from the binding of the wrapped data key.
        var dataKey = sample.DataKey();
        var binding = sample.Binding;
        OpenValue(dataKey, binding, sample.Ciphertext).Dispose();
        VersionBinding[] others =
        [
            binding with { WorkspaceId = "acc_2" },
            binding with { ProjectId = "prj_2" },
            binding with { EnvironmentId = "env_2" },
            binding with { SecretId = "sec_2" },
            binding with { Key = "KEY_2" },
            binding with { Version = 2 },
        ];
        foreach (var other in others)
        {
            Assert.Throws<DecryptionException>(() => OpenValue(dataKey, other, sample.Ciphertext));
        }
    }

    [Fact]
    public void The_wrapped_data_key_by_itself_is_bound_to_every_field()
    {
        var binding = sample.Binding;
        Sample[] others =
        [
            sample with { Binding = binding with { WorkspaceId = "acc_2" } },
            sample with { Binding = binding with { ProjectId = "prj_2" } },
            sample with { Binding = binding with { EnvironmentId = "env_2" } },
            sample with { Binding = binding with { SecretId = "sec_2" } },
            sample with { Binding = binding with { Key = "KEY_2" } },
            sample with { Binding = binding with { Version = 2 } },
            sample with { KekId = "kek_2" },
        ];
        foreach (var other in others)
        {
            Assert.Throws<DecryptionException>(() => other.DataKey());
        }
    }

    [Fact]
    public void Another_KEK_and_another_KEK_id_or_name_are_refused()
    {
        var other = Sample.Create();
        Refused(sample with { Kek = other.Kek });
        Refused(sample with { KekId = "kek_2" });
        Refused(sample with { KekName = other.KekName });
    }

    [Fact]
    public void A_KEK_name_changed_both_in_the_box_and_in_the_call_is_refused()
    {
        var name = RandomNumberGenerator.GetBytes(16);
        var box = sample.WrappedDataKey.ToArray();
        name.CopyTo(box, 2);
        Refused(sample with { WrappedDataKey = box, KekName = KeyName.FromBytes(name) });
    }

    [Fact]
    public void Swapped_parts_of_two_versions_with_the_same_KEK_and_binding_are_refused()
    {
        var other = sample.Seal(Sample.Value);
        Refused(sample with { WrappedDataKey = other.WrappedDataKey });
        Refused(sample with { Ciphertext = other.Ciphertext });
        foreach (var range in new[] { 2..18, 18..30, 30..62, 62..78 })
        {
            var box = Spliced(sample.WrappedDataKey, other.WrappedDataKey, range);
            if (!box.AsSpan().SequenceEqual(sample.WrappedDataKey))
            {
                Refused(sample with { WrappedDataKey = box });
            }
        }

        foreach (var range in new[] { 2..14, 14..46, 46..^16, ^16..^0 })
        {
            Refused(sample with { Ciphertext = Spliced(sample.Ciphertext, other.Ciphertext, range) });
        }
    }

    [Fact]
    public void A_box_that_authenticates_under_one_data_key_and_commits_to_another_opens_under_neither()
    {
        byte[] first = RandomNumberGenerator.GetBytes(32), second = RandomNumberGenerator.GetBytes(32);
        var box = BoxCommittingTo(first, second, sample.Binding);
        Assert.Throws<DecryptionException>(() => OpenValue(first, sample.Binding, box));
        Assert.Throws<DecryptionException>(() => OpenValue(second, sample.Binding, box));
        OpenValue(first, sample.Binding, BoxCommittingTo(first, first, sample.Binding)).Dispose();
    }

    [Fact]
    public void The_decryption_error_does_not_tell_its_cause()
    {
        Sample[] wrong =
        [
            sample with { Kek = new byte[32] },
            sample with { WrappedDataKey = [] },
            sample with { Ciphertext = [1] },
            sample with { Binding = default },
            sample with { Ciphertext = Changed(sample.Ciphertext, 20, 0) },
            sample with { Ciphertext = Changed(sample.Ciphertext, 50, 0) },
        ];
        foreach (var sample in wrong)
        {
            var error = Assert.Throws<DecryptionException>(() => sample.Open());
            Assert.Equal("The box can't be opened.", error.Message);
            Assert.Null(error.InnerException);
            Assert.Empty(error.Data);
        }
    }

    // The box that an attacker who knows both data keys would make: GCM accepts the first one, the commitment is to the second.
    private static byte[] BoxCommittingTo(byte[] dataKey, byte[] committed, in VersionBinding binding)
    {
        byte[] keys = new byte[64], others = new byte[64], box = new byte[62 + 5], nonce = new byte[12];
        ValueKey.Derive(dataKey, BoxFormat.WithKey, nonce, keys);
        ValueKey.Derive(committed, BoxFormat.WithKey, nonce, others);
        (box[0], box[1]) = (BoxFormat.WithKey, BoxFormat.Algorithm);
        others.AsSpan(32).CopyTo(box.AsSpan(14));
        var bytes = AssociatedData.ForValue(new byte[AssociatedData.MaxSize], BoxFormat.WithKey, binding)
            .WithHeader(box.AsSpan(0, 46));
        using var aes = new AesGcm(keys.AsSpan(0, 32), 16);
        aes.Encrypt(nonce, "value"u8, box.AsSpan(46, 5), box.AsSpan(51), bytes);
        return box;
    }

    private byte[] WrappedByHand(byte[] dataKey, in VersionBinding binding, string kekId)
    {
        byte[] box = new byte[78], nonce = new byte[12];
        (box[0], box[1]) = (BoxFormat.WithKey, BoxFormat.Algorithm);
        sample.KekName.CopyTo(box.AsSpan(2));
        var bytes = AssociatedData.ForDataKey(new byte[AssociatedData.MaxSize], BoxFormat.WithKey, binding, kekId)
            .WithHeader(box.AsSpan(0, 30));
        using var aes = new AesGcm(sample.Kek, 16);
        aes.Encrypt(nonce, dataKey, box.AsSpan(30, 32), box.AsSpan(62), bytes);
        return box;
    }

    private static PinnedBuffer OpenValue(byte[] dataKey, in VersionBinding binding, byte[] box) =>
        ValueBox.Open(dataKey, AssociatedData.ForValue(new byte[AssociatedData.MaxSize], BoxFormat.Of(box), binding), box);

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
            {
                continue;
            }

            var changed = new byte[length];
            bytes.AsSpan(0, Math.Min(length, bytes.Length)).CopyTo(changed);
            yield return changed;
            if (length < bytes.Length)
            {
                yield return bytes[^length..];
            }
        }
    }
}
