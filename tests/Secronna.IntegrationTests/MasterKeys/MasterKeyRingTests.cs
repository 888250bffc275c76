using Microsoft.Extensions.Time.Testing;
using Secronna.Crypto;
using Secronna.Server.MasterKeys;
using Xunit;

namespace Secronna.IntegrationTests.MasterKeys;

/// <summary>How the ring calls its providers, and how long it works without them. The provider is scripted.</summary>
public sealed class MasterKeyRingTests : IDisposable
{
    private readonly FakeTimeProvider time = new();
    private readonly ScriptedKeys provider = new("mk_1", "mk_2");
    private readonly MasterKeyRing ring;
    private int lost;

    public MasterKeyRingTests()
    {
        ring = new MasterKeyRing([provider], time);
        ring.KeyLost += () => lost++;
    }

    public void Dispose() => ring.Dispose();

    [Fact]
    public async Task A_failing_call_is_tried_three_times()
    {
        await ring.RefreshAsync();
        provider.Before = provider.Trouble;
        await FailsAsync(() => WrapAsync("mk_1"));
        Assert.Equal(3, provider.Wraps);
    }

    [Fact]
    public async Task A_call_that_succeeds_on_the_third_try_succeeds()
    {
        await ring.RefreshAsync();
        provider.Before = cancellation => provider.Wraps < 3 ? provider.Trouble(cancellation) : Task.CompletedTask;
        var call = WrapAsync("mk_1");
        await FakeTime.AdvanceUntilEndedAsync(time, call);
        Assert.Equal(32, (await call).Length);
    }

    [Fact]
    public async Task A_silent_provider_is_given_up_after_three_tries()
    {
        await ring.RefreshAsync();
        provider.Before = ScriptedKeys.Silence;
        var trouble = await FailsAsync(() => WrapAsync("mk_1"));
        Assert.Contains("the script: no answer in time", trouble.Message, StringComparison.Ordinal);
        Assert.Equal(3, provider.Wraps);
    }

    [Fact]
    public async Task A_decryption_error_or_a_missing_key_is_not_tried_again()
    {
        await ring.RefreshAsync();
        provider.Before = _ => throw new DecryptionException();
        await Assert.ThrowsAsync<DecryptionException>(() => WrapAsync("mk_1"));
        Assert.Equal(1, provider.Wraps);
        provider.Before = _ => throw new MasterKeyMissingException("mk_1");
        await Assert.ThrowsAsync<MasterKeyMissingException>(() => WrapAsync("mk_1"));
        Assert.Equal(2, provider.Wraps);
    }

    [Fact]
    public async Task An_unknown_id_causes_at_most_one_refresh_per_second()
    {
        await ring.RefreshAsync();
        for (var i = 0; i < 10; i++)
        {
            Assert.False(await ring.FindAsync("mk_9"));
            var missing = await Assert.ThrowsAsync<MasterKeyMissingException>(() => WrapAsync("mk_9"));
            Assert.Contains("mk_9; found: mk_1, mk_2", missing.Message, StringComparison.Ordinal);
        }

        Assert.Equal(1, provider.Looks);
        time.Advance(TimeSpan.FromMilliseconds(999));
        Assert.False(await ring.FindAsync("mk_9"));
        Assert.Equal(1, provider.Looks);
        time.Advance(TimeSpan.FromMilliseconds(1));
        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Task.Run(() => ring.FindAsync("mk_9").AsTask())));
        Assert.Equal(2, provider.Looks);
    }

    [Fact]
    public async Task A_key_that_was_added_is_found_when_it_is_needed()
    {
        await ring.RefreshAsync();
        provider.KeyIds = ["mk_1", "mk_2", "mk_3"];
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(await ring.FindAsync("mk_3"));
        Assert.Equal(32, (await WrapAsync("mk_3")).Length);
        Assert.Equal(0, lost);
    }

    [Fact]
    public async Task The_keys_of_a_silent_provider_are_usable_for_ten_minutes_and_no_longer()
    {
        await ring.RefreshAsync();
        Assert.Equal(TimeSpan.FromMinutes(10), MasterKeySource.MaxSilence);
        // The provider does not list its keys, but it wraps.
        provider.Before = cancellation => provider.Wraps > 0 ? Task.CompletedTask : provider.Trouble(cancellation);
        time.Advance(MasterKeySource.MaxSilence - TimeSpan.FromSeconds(30));
        var call = WrapAsync("mk_1");
        await FakeTime.AdvanceUntilEndedAsync(time, call);
        await call;
        Assert.True(ring.Holds("mk_1"));
        Assert.Equal(0, lost);

        provider.Before = provider.Trouble;
        var wraps = provider.Wraps;
        time.Advance(TimeSpan.FromSeconds(30));
        await FailsAsync(() => WrapAsync("mk_1"));
        Assert.Equal(wraps, provider.Wraps);
    }

    [Fact]
    public async Task A_provider_that_answers_again_is_used_again()
    {
        await ring.RefreshAsync();
        provider.Before = provider.Trouble;
        time.Advance(2 * MasterKeySource.MaxSilence);
        await FailsAsync(() => WrapAsync("mk_1"));
        provider.Before = static _ => Task.CompletedTask;
        Assert.Equal(32, (await WrapAsync("mk_1")).Length);
    }

    [Fact]
    public async Task A_refresh_that_misses_a_key_raises_KeyLost_once()
    {
        await ring.RefreshAsync();
        await ring.RefreshAsync();
        Assert.Equal(0, lost);
        provider.KeyIds = ["mk_2"];
        await ring.RefreshAsync();
        await ring.RefreshAsync();
        Assert.Equal(1, lost);
        Assert.Equal(["mk_2"], ring.KeyIds);
    }

    [Fact]
    public async Task A_call_whose_key_is_missing_raises_KeyLost_and_drops_the_key()
    {
        await ring.RefreshAsync();
        provider.KeyIds = ["mk_2"];
        await Assert.ThrowsAsync<MasterKeyMissingException>(() => WrapAsync("mk_1"));
        Assert.Equal(1, lost);
        Assert.Equal(["mk_2"], ring.KeyIds);
    }

    [Fact]
    public async Task A_failed_refresh_throws_and_drops_no_key()
    {
        await ring.RefreshAsync();
        provider.Before = provider.Trouble;
        await FailsAsync(async () => await ring.RefreshAsync());
        Assert.Equal(["mk_1", "mk_2"], ring.KeyIds);
        Assert.Equal(0, lost);
    }

    [Fact]
    public async Task A_refresh_asks_all_providers_even_if_one_is_silent()
    {
        var second = new ScriptedKeys("mk_3") { RefreshInterval = TimeSpan.FromSeconds(15) };
        using var both = new MasterKeyRing([provider, second], time);
        provider.Before = provider.Trouble;
        await FailsAsync(async () => await both.RefreshAsync());
        Assert.Equal(["mk_3"], both.KeyIds);
        Assert.Equal(TimeSpan.FromSeconds(15), both.RefreshInterval);
        both.Dispose();
        Assert.True(provider.IsDisposed && second.IsDisposed);
    }

    private Task<byte[]> WrapAsync(string id) => ring.WrapAsync(MasterKeyBinding.ForInstallationKey(id), new byte[32]).AsTask();

    private async Task<MasterKeyUnavailableException> FailsAsync(Func<Task> call)
    {
        var running = call();
        await FakeTime.AdvanceUntilEndedAsync(time, running);
        return await Assert.ThrowsAsync<MasterKeyUnavailableException>(() => running);
    }
}
