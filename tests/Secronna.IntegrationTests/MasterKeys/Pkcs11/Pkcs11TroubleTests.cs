using System.Security.Cryptography;
using Microsoft.Extensions.Time.Testing;
using Net.Pkcs11Interop.Common;
using Secronna.Crypto;
using Secronna.IntegrationTests.Engines;
using Secronna.Server.MasterKeys;
using Secronna.Tests.Pkcs11;
using Xunit;

namespace Secronna.IntegrationTests.MasterKeys.Pkcs11;

/// <summary>
/// A library that hangs or fails. Callers wait for a bounded time, device errors are not mistaken for tampering, and the provider
/// recovers.
/// </summary>
[Collection(SoftHsmCollection.Name)]
[Trait(TestEngine.Trait, TestEngine.Any)]
public sealed class Pkcs11TroubleTests(SoftHsm hsm)
{
    private static readonly MasterKeyBinding Kek = MasterKeyBinding.ForKek("acc_1", "prj_1", "kek_1", "mk_1");

    private readonly byte[] key = RandomNumberGenerator.GetBytes(32);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_hanging_library_blocks_four_threads_and_no_cancelled_caller()
    {
        var token = await NewTokenAsync();
        using var provider = token.Open();
        using var patience = new CancellationTokenSource();
        token.Hangs = true;
        var calls = Enumerable.Range(0, 20).Select(_ => provider.WrapAsync(Kek, key, patience.Token).AsTask()).ToList();
        await Until.HoldsAsync("four calls hang", () => token.Hanging == 4);
        await patience.CancelAsync();
        foreach (var call in calls)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        }

        Assert.Equal(4, token.Hanging);
        token.Hangs = false;
        Assert.Equal(78, (await provider.WrapAsync(Kek, key, Cancellation)).Length);
    }

    [Fact]
    public async Task A_key_that_is_unwrapped_after_its_caller_cancelled_is_not_written_to_the_callers_memory()
    {
        var token = await NewTokenAsync();
        var opened = new byte[32];
        using (var provider = token.Open())
        {
            var box = await provider.WrapAsync(Kek, key, Cancellation);
            using var patience = new CancellationTokenSource();
            token.Hangs = true;
            var call = provider.UnwrapAsync(Kek, box, opened, patience.Token).AsTask();
            await Until.HoldsAsync("the call hangs", () => token.Hanging == 1);
            await patience.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
            token.Hangs = false;
        }

        await Until.HoldsAsync("all calls have ended", () => token.Finalized == 1);
        Assert.Equal(new byte[32], opened);
    }

    [Fact]
    public async Task The_ring_gives_up_a_hanging_library_after_a_bounded_time_and_recovers_with_it()
    {
        var token = await NewTokenAsync();
        var time = new FakeTimeProvider();
        using var ring = new MasterKeyRing([token.Open()], time);
        await ring.RefreshAsync();
        token.Hangs = true;
        var call = ring.WrapAsync(Kek, key).AsTask();
        await FakeTime.AdvanceUntilEndedAsync(time, call);
        var trouble = await Assert.ThrowsAsync<MasterKeyUnavailableException>(() => call);
        Assert.Contains("no answer in time", trouble.Message, StringComparison.Ordinal);
        token.Hangs = false;
        await Until.HoldsAsync("nothing hangs", () => token.Hanging == 0);
        Assert.Equal(78, (await ring.WrapAsync(Kek, key)).Length);
    }

    [Fact]
    public async Task A_device_error_is_named_and_does_not_last()
    {
        var token = await NewTokenAsync();
        using var provider = token.Open();
        token.Fails = true;
        foreach (var call in (Func<Task>[])[() => provider.ListAsync(Cancellation).AsTask(), () => provider.WrapAsync(Kek, key, Cancellation).AsTask()])
        {
            var trouble = await Assert.ThrowsAsync<MasterKeyUnavailableException>(call);
            Assert.Contains("C_FindObjectsInit answers CKR_DEVICE_ERROR", trouble.Message, StringComparison.Ordinal);
        }

        await Assert.ThrowsAsync<MasterKeyUnavailableException>(() => Task.Run(token.Open));
        token.Fails = false;
        Assert.Equal(["mk_1"], await provider.ListAsync(Cancellation));
    }

    [Fact]
    public async Task A_token_that_cannot_decrypt_anything_is_reported_as_unavailable_and_not_as_a_wrong_box()
    {
        var token = await NewTokenAsync();
        using var provider = token.Open();
        var box = await provider.WrapAsync(Kek, key, Cancellation);
        var opened = new byte[32];
        token.FailsToDecrypt = true;
        var trouble = await Assert.ThrowsAsync<MasterKeyUnavailableException>(() => provider.UnwrapAsync(Kek, box, opened, Cancellation).AsTask());
        Assert.Contains("C_Decrypt answers CKR_GENERAL_ERROR", trouble.Message, StringComparison.Ordinal);
        token.FailsToDecrypt = false;
        await provider.UnwrapAsync(Kek, box, opened, Cancellation);
        Assert.Equal(key, opened);
    }

    [Fact]
    public async Task A_wrong_PIN_is_tried_once()
    {
        var token = await NewTokenAsync();
        token.Settings.PinFile = hsm.Write("once.pin", "wrong-pin");
        Assert.Throws<SettingsException>(token.Open);
        Assert.Equal(1, token.Logins);
    }

    [Theory]
    [InlineData((int)CKF.CKF_USER_PIN_FINAL_TRY, "one try of the PIN left")]
    [InlineData((int)CKF.CKF_USER_PIN_LOCKED, "has locked its PIN")]
    [InlineData((int)(CKF.CKF_USER_PIN_LOCKED | CKF.CKF_USER_PIN_FINAL_TRY), "has locked its PIN")]
    public async Task A_last_remaining_try_of_the_PIN_is_not_used_up(int flags, string reason)
    {
        var token = await NewTokenAsync();
        token.MoreFlags = flags;
        Assert.Contains(reason, Assert.Throws<SettingsException>(token.Open).Message, StringComparison.Ordinal);
        Assert.Equal(0, token.Logins);
    }

    [Fact]
    public async Task Disposing_does_not_wait_for_a_hanging_library_and_finalizes_it_when_its_call_returns()
    {
        var token = await NewTokenAsync();
        var provider = token.Open();
        token.Hangs = true;
        var call = provider.ListAsync(Cancellation).AsTask();
        await Until.HoldsAsync("the call hangs", () => token.Hanging == 1);
        provider.Dispose();
        Assert.Equal(0, token.Finalized);
        token.Hangs = false;
        await call;
        await Until.HoldsAsync("the library is finalized", () => token.Finalized == 1);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => provider.ListAsync(Cancellation).AsTask());
    }

    private async Task<TroubledToken> NewTokenAsync()
    {
        var token = hsm.NewToken();
        token.Generate("mk_1");
        return await TroubledToken.CreateAsync(hsm, token);
    }
}
