using Microsoft.Extensions.Time.Testing;
using Secronna.Crypto;
using Secronna.Server.MasterKeys;
using Xunit;

namespace Secronna.IntegrationTests.MasterKeys;

/// <summary>How the ring asks its providers, and how long it goes on without them; over a provider that does as it is told.</summary>
public sealed class MasterKeyRingTests : IDisposable
{
    private readonly FakeTimeProvider time = new();
    private readonly ScriptedKeys provider = new("mk_1", "mk_2");
    private readonly MasterKeyRing ring;
    private int left;

    public MasterKeyRingTests()
    {
        ring = new MasterKeyRing([provider], time);
        ring.KeyLeft += () => left++;
    }

    public void Dispose() => ring.Dispose();

    [Fact]
    public async Task A_call_that_fails_is_made_three_times_and_no_more()
    {
        await ring.LookAsync();
        provider.Before = provider.Trouble;
        await FailsAsync(() => WrapAsync("mk_1"));
        Assert.Equal(3, provider.Wraps);
    }

    [Fact]
    public async Task A_call_that_succeeds_the_third_time_is_none_that_failed()
    {
        await ring.LookAsync();
        provider.Before = cancellation => provider.Wraps < 3 ? provider.Trouble(cancellation) : Task.CompletedTask;
        var call = WrapAsync("mk_1");
        await Passing.UntilEndedAsync(time, call);
        Assert.Equal(32, (await call).Length);
    }

    [Fact]
    public async Task A_provider_that_is_silent_is_cut_off_three_times_and_no_more()
    {
        await ring.LookAsync();
        provider.Before = ScriptedKeys.Silence;
        var trouble = await FailsAsync(() => WrapAsync("mk_1"));
        Assert.Contains("the script: no answer in time", trouble.Message, StringComparison.Ordinal);
        Assert.Equal(3, provider.Wraps);
    }

    [Fact]
    public async Task What_does_not_decrypt_or_is_missing_is_not_tried_again()
    {
        await ring.LookAsync();
        provider.Before = _ => throw new DecryptionException();
        await Assert.ThrowsAsync<DecryptionException>(() => WrapAsync("mk_1"));
        Assert.Equal(1, provider.Wraps);
        provider.Before = _ => throw new MasterKeyMissingException("mk_1");
        await Assert.ThrowsAsync<MasterKeyMissingException>(() => WrapAsync("mk_1"));
        Assert.Equal(2, provider.Wraps);
    }

    [Fact]
    public async Task An_id_that_is_unknown_leads_to_one_look_a_second_at_most()
    {
        await ring.LookAsync();
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
    public async Task A_key_that_was_added_is_found_when_it_is_asked_for()
    {
        await ring.LookAsync();
        provider.KeyIds = ["mk_1", "mk_2", "mk_3"];
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(await ring.FindAsync("mk_3"));
        Assert.Equal(32, (await WrapAsync("mk_3")).Length);
        Assert.Equal(0, left);
    }

    [Fact]
    public async Task The_keys_of_a_provider_that_does_not_answer_are_kept_for_ten_minutes_and_no_longer()
    {
        await ring.LookAsync();
        Assert.Equal(TimeSpan.FromMinutes(10), MasterKeyRing.KeptFor);
        // Its list does not come, and what it is asked to do it does.
        provider.Before = cancellation => provider.Wraps > 0 ? Task.CompletedTask : provider.Trouble(cancellation);
        time.Advance(MasterKeyRing.KeptFor - TimeSpan.FromSeconds(30));
        var call = WrapAsync("mk_1");
        await Passing.UntilEndedAsync(time, call);
        await call;
        Assert.True(ring.Holds("mk_1"));
        Assert.Equal(0, left);

        provider.Before = provider.Trouble;
        var wraps = provider.Wraps;
        time.Advance(TimeSpan.FromSeconds(30));
        await FailsAsync(() => WrapAsync("mk_1"));
        Assert.Equal(wraps, provider.Wraps);
    }

    [Fact]
    public async Task A_provider_that_answers_again_is_used_again()
    {
        await ring.LookAsync();
        provider.Before = provider.Trouble;
        time.Advance(2 * MasterKeyRing.KeptFor);
        await FailsAsync(() => WrapAsync("mk_1"));
        provider.Before = static _ => Task.CompletedTask;
        Assert.Equal(32, (await WrapAsync("mk_1")).Length);
    }

    [Fact]
    public async Task A_look_that_finds_a_key_gone_says_so_once()
    {
        await ring.LookAsync();
        await ring.LookAsync();
        Assert.Equal(0, left);
        provider.KeyIds = ["mk_2"];
        await ring.LookAsync();
        await ring.LookAsync();
        Assert.Equal(1, left);
        Assert.Equal(["mk_2"], ring.KeyIds);
    }

    [Fact]
    public async Task A_call_that_finds_its_key_gone_says_so_and_the_key_is_not_held_any_longer()
    {
        await ring.LookAsync();
        provider.KeyIds = ["mk_2"];
        await Assert.ThrowsAsync<MasterKeyMissingException>(() => WrapAsync("mk_1"));
        Assert.Equal(1, left);
        Assert.Equal(["mk_2"], ring.KeyIds);
    }

    [Fact]
    public async Task A_look_that_fails_says_so_and_takes_no_key_away()
    {
        await ring.LookAsync();
        provider.Before = provider.Trouble;
        await FailsAsync(async () => await ring.LookAsync());
        Assert.Equal(["mk_1", "mk_2"], ring.KeyIds);
        Assert.Equal(0, left);
    }

    [Fact]
    public async Task All_providers_are_looked_at_though_one_is_silent()
    {
        var second = new ScriptedKeys("mk_3") { LookEvery = TimeSpan.FromSeconds(15) };
        using var both = new MasterKeyRing([provider, second], time);
        provider.Before = provider.Trouble;
        await FailsAsync(async () => await both.LookAsync());
        Assert.Equal(["mk_3"], both.KeyIds);
        Assert.Equal(TimeSpan.FromSeconds(15), both.LookEvery);
        both.Dispose();
        Assert.True(provider.IsDisposed && second.IsDisposed);
    }

    private Task<byte[]> WrapAsync(string id) => ring.WrapAsync(MasterKeyBinding.ForInstallationKey(id), new byte[32]).AsTask();

    private async Task<MasterKeyUnavailableException> FailsAsync(Func<Task> call)
    {
        var running = call();
        await Passing.UntilEndedAsync(time, running);
        return await Assert.ThrowsAsync<MasterKeyUnavailableException>(() => running);
    }
}
