using System.Security.Cryptography;
using Secronna.Crypto;
using Secronna.Server.MasterKeys;
using Xunit;

namespace Secronna.IntegrationTests.MasterKeys;

/// <summary>The contract that every provider of master keys fulfils (S2, S6).</summary>
public abstract class ProviderContractTests : IAsyncLifetime
{
    private readonly byte[] key = RandomNumberGenerator.GetBytes(32);
    private KeyStore store = null!;
    private IMasterKeyProvider provider = null!;

    private string A => store.Id("a");

    private string B => store.Id("b");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private protected abstract Task<KeyStore> NewStoreAsync();

    public async ValueTask InitializeAsync()
    {
        store = await NewStoreAsync();
        await store.AddAsync(A);
        await store.AddAsync(B);
        provider = store.Open();
    }

    public async ValueTask DisposeAsync()
    {
        provider.Dispose();
        await store.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_KEK_and_the_installation_key_unwrap_to_the_key_that_was_wrapped()
    {
        Assert.Equal(key, await UnwrapAsync(Kek(A), await WrapAsync(Kek(A))));
        Assert.Equal(key, await UnwrapAsync(Kek(B), await WrapAsync(Kek(B))));
        Assert.Equal(key, await UnwrapAsync(Installation(A), await WrapAsync(Installation(A))));
    }

    [Fact]
    public async Task Wrapping_a_key_twice_gives_different_boxes() => Assert.NotEqual(await WrapAsync(Kek(A)), await WrapAsync(Kek(A)));

    [Fact]
    public async Task A_box_does_not_contain_the_key_in_the_clear()
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
        for (var bit = 0; bit < box.Length * 8; bit += store.BitStep)
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
    public async Task A_refused_box_leaves_the_callers_key_buffer_zero()
    {
        var box = await WrapAsync(Kek(A));
        box[^1] ^= 1;
        var opened = new byte[32];
        await Assert.ThrowsAsync<DecryptionException>(() => provider.UnwrapAsync(Kek(A), box, opened, Cancellation).AsTask());
        Assert.Equal(new byte[32], opened);
    }

    [Fact]
    public async Task An_unknown_master_key_is_reported_missing_by_its_id()
    {
        var box = await WrapAsync(Kek(A));
        foreach (var id in (string[])[store.Id("none"), "not in any list", new string('x', 65), "*", "a/b"])
        {
            Assert.Equal(id, (await Assert.ThrowsAsync<MasterKeyMissingException>(() => WrapAsync(Kek(id)))).KeyId);
            KeyName.FromMasterKeyId(id).CopyTo(box.AsSpan(2));
            Assert.Equal(id, (await Assert.ThrowsAsync<MasterKeyMissingException>(() => UnwrapAsync(Kek(id), box))).KeyId);
        }
    }

    [Fact]
    public async Task The_list_follows_keys_that_are_added_and_removed()
    {
        Assert.Equal([A, B], await ListAsync());
        var box = await WrapAsync(Kek(A));
        await store.AddAsync(store.Id("c"));
        provider = store.After(provider);
        Assert.Equal([A, B, store.Id("c")], await ListAsync());
        Assert.Equal(key, await UnwrapAsync(Kek(A), box));
        Assert.Equal(key, await UnwrapAsync(Kek(store.Id("c")), await WrapAsync(Kek(store.Id("c")))));
        await store.RemoveAsync(A);
        provider = store.After(provider);
        Assert.Equal([B, store.Id("c")], await ListAsync());
        await Assert.ThrowsAsync<MasterKeyMissingException>(() => WrapAsync(Kek(A)));
        await Assert.ThrowsAsync<MasterKeyMissingException>(() => UnwrapAsync(Kek(A), box));
    }

    [Fact]
    public async Task Concurrent_calls_wrap_and_unwrap()
    {
        var boxes = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => Task.Run(() => WrapAsync(Kek(i % 2 == 0 ? A : B)))));
        var opened = await Task.WhenAll(boxes.Select((box, i) => Task.Run(() => UnwrapAsync(Kek(i % 2 == 0 ? A : B), box))));
        Assert.All(opened, one => Assert.Equal(key, one));
    }

    [Fact]
    public async Task A_ring_wraps_unwraps_and_lists_through_the_provider()
    {
        using var ring = new MasterKeyRing([store.Open()], TimeProvider.System);
        await ring.RefreshAsync();
        Assert.Equal([A, B], ring.KeyIds);
        Assert.Equal(A, ring.FirstKeyId);
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
