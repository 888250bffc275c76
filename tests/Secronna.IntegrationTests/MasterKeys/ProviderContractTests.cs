using System.Security.Cryptography;
using Secronna.Crypto;
using Secronna.Server.MasterKeys;
using Xunit;

namespace Secronna.IntegrationTests.MasterKeys;

/// <summary>What holds of every provider of master keys, wherever the keys are (S2, S6).</summary>
public abstract class ProviderContractTests : IAsyncLifetime
{
    private readonly byte[] key = RandomNumberGenerator.GetBytes(32);
    private KeyPlace place = null!;
    private IMasterKeyProvider provider = null!;

    private string A => place.Id("a");

    private string B => place.Id("b");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private protected abstract Task<KeyPlace> NewPlaceAsync();

    public async ValueTask InitializeAsync()
    {
        place = await NewPlaceAsync();
        await place.AddAsync(A);
        await place.AddAsync(B);
        provider = place.Open();
    }

    public async ValueTask DisposeAsync()
    {
        provider.Dispose();
        await place.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_KEK_and_the_installation_key_unwrap_to_what_was_wrapped()
    {
        Assert.Equal(key, await UnwrapAsync(Kek(A), await WrapAsync(Kek(A))));
        Assert.Equal(key, await UnwrapAsync(Kek(B), await WrapAsync(Kek(B))));
        Assert.Equal(key, await UnwrapAsync(Installation(A), await WrapAsync(Installation(A))));
    }

    [Fact]
    public async Task A_key_wrapped_twice_gives_two_boxes() => Assert.NotEqual(await WrapAsync(Kek(A)), await WrapAsync(Kek(A)));

    [Fact]
    public async Task A_box_holds_the_key_in_no_readable_form()
    {
        var box = await WrapAsync(Kek(A));
        Assert.Equal(-1, box.AsSpan().IndexOf(key));
    }

    [Fact]
    public async Task Every_change_of_the_binding_is_refused()
    {
        var box = await WrapAsync(Kek(A));
        MasterKeyBinding[] others =
        [
            MasterKeyBinding.ForKek("acc_2", "prj_1", "kek_1", A),
            MasterKeyBinding.ForKek("acc_1", "prj_2", "kek_1", A),
            MasterKeyBinding.ForKek("acc_1", "prj_1", "kek_2", A),
            MasterKeyBinding.ForKek("prj_1", "acc_1", "kek_1", A),
            MasterKeyBinding.ForKek("", "prj_1", "kek_1", A),
            MasterKeyBinding.ForKek("acc_1", null!, "kek_1", A),
            Kek(B),
            Installation(A),
        ];
        foreach (var other in others)
        {
            await RefusedAsync(other, box);
        }

        await RefusedAsync(Kek(A), await WrapAsync(Installation(A)));
        await RefusedAsync(Installation(B), await WrapAsync(Installation(A)));
    }

    [Fact]
    public async Task A_box_of_one_key_with_the_header_of_another_is_refused()
    {
        var (box, other) = (await WrapAsync(Kek(A)), await WrapAsync(Kek(B)));
        other.AsSpan(0, 18).CopyTo(box);
        await RefusedAsync(Kek(B), box);
        await RefusedAsync(Kek(A), box);
    }

    [Fact]
    public async Task Any_flipped_bit_and_any_other_length_is_refused()
    {
        var box = await WrapAsync(Kek(A));
        for (var bit = 0; bit < box.Length * 8; bit += place.BitStep)
        {
            var changed = box.ToArray();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            await RefusedAsync(Kek(A), changed);
        }

        foreach (var length in (int[])[0, 1, 2, 17, 18, 19, 30, box.Length - 1, box.Length + 1, 4 * box.Length])
        {
            var changed = box.ToArray();
            Array.Resize(ref changed, length);
            await RefusedAsync(Kek(A), changed);
        }
    }

    [Fact]
    public async Task A_refused_box_leaves_no_key_behind()
    {
        var box = await WrapAsync(Kek(A));
        box[^1] ^= 1;
        var opened = new byte[32];
        await Assert.ThrowsAsync<DecryptionException>(() => provider.UnwrapAsync(Kek(A), box, opened, Cancellation).AsTask());
        Assert.Equal(new byte[32], opened);
    }

    [Fact]
    public async Task A_key_that_is_not_there_is_missed_by_its_id()
    {
        var box = await WrapAsync(Kek(A));
        foreach (var id in (string[])[place.Id("none"), "not in any list", new string('x', 65), "*", "a/b"])
        {
            Assert.Equal(id, (await Assert.ThrowsAsync<MasterKeyMissingException>(() => WrapAsync(Kek(id)))).KeyId);
            KeyName.FromMasterKeyId(id).CopyTo(box.AsSpan(2));
            Assert.Equal(id, (await Assert.ThrowsAsync<MasterKeyMissingException>(() => UnwrapAsync(Kek(id), box))).KeyId);
        }
    }

    [Fact]
    public async Task A_list_follows_the_keys_that_come_and_go()
    {
        Assert.Equal([A, B], await ListAsync());
        var box = await WrapAsync(Kek(A));
        await place.AddAsync(place.Id("c"));
        provider = place.After(provider);
        Assert.Equal([A, B, place.Id("c")], await ListAsync());
        Assert.Equal(key, await UnwrapAsync(Kek(A), box));
        Assert.Equal(key, await UnwrapAsync(Kek(place.Id("c")), await WrapAsync(Kek(place.Id("c")))));
        await place.RemoveAsync(A);
        provider = place.After(provider);
        Assert.Equal([B, place.Id("c")], await ListAsync());
        await Assert.ThrowsAsync<MasterKeyMissingException>(() => WrapAsync(Kek(A)));
        await Assert.ThrowsAsync<MasterKeyMissingException>(() => UnwrapAsync(Kek(A), box));
    }

    [Fact]
    public async Task Many_may_wrap_and_unwrap_at_once()
    {
        var boxes = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => Task.Run(() => WrapAsync(Kek(i % 2 == 0 ? A : B)))));
        var opened = await Task.WhenAll(boxes.Select((box, i) => Task.Run(() => UnwrapAsync(Kek(i % 2 == 0 ? A : B), box))));
        Assert.All(opened, one => Assert.Equal(key, one));
    }

    [Fact]
    public async Task The_ring_wraps_unwraps_and_lists_through_it()
    {
        using var ring = new MasterKeyRing([place.Open()], TimeProvider.System);
        await ring.LookAsync();
        Assert.Equal([A, B], ring.KeyIds);
        Assert.Equal(A, ring.FirstId);
        var opened = new byte[32];
        await ring.UnwrapAsync(Kek(B), await ring.WrapAsync(Kek(B), key), opened);
        Assert.Equal(key, opened);
    }

    private static MasterKeyBinding Kek(string id) => MasterKeyBinding.ForKek("acc_1", "prj_1", "kek_1", id);

    private static MasterKeyBinding Installation(string id) => MasterKeyBinding.ForInstallationKey(id);

    private Task<byte[]> WrapAsync(MasterKeyBinding binding) => provider.WrapAsync(binding, key, Cancellation).AsTask();

    private async Task<IReadOnlyList<string>> ListAsync() => await provider.ListAsync(Cancellation);

    private async Task<byte[]> UnwrapAsync(MasterKeyBinding binding, byte[] box)
    {
        var opened = new byte[32];
        await provider.UnwrapAsync(binding, box, opened, Cancellation);
        return opened;
    }

    private async Task RefusedAsync(MasterKeyBinding binding, byte[] box) =>
        await Assert.ThrowsAsync<DecryptionException>(() => UnwrapAsync(binding, box));
}
