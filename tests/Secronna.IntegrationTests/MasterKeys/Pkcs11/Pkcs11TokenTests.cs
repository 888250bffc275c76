using System.Security.Cryptography;
using Secronna.Crypto;
using Secronna.IntegrationTests.Engines;
using Secronna.Server.MasterKeys;
using Secronna.Server.MasterKeys.Pkcs11;
using Secronna.Tests.Pkcs11;
using Xunit;

namespace Secronna.IntegrationTests.MasterKeys.Pkcs11;

/// <summary>The errors when a token can't be opened, and the behaviour when it changes while the server runs.</summary>
[Collection(SoftHsmCollection.Name)]
[Trait(TestEngine.Trait, TestEngine.Any)]
public sealed class Pkcs11TokenTests(SoftHsm hsm)
{
    private static readonly MasterKeyBinding Kek = MasterKeyBinding.ForKek("acc_1", "prj_1", "kek_1", "mk_1");

    private readonly byte[] key = RandomNumberGenerator.GetBytes(32);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Library")]
    [InlineData("Token")]
    [InlineData("PinFile")]
    public void A_missing_setting_is_named(string name)
    {
        var settings = hsm.NewToken().Settings;
        typeof(MasterKeySettings).GetProperty(name)!.SetValue(settings, null);
        Assert.Contains($"Secronna__MasterKey__{name} is not set", Refusal(settings), StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_or_invalid_library_is_refused_with_its_path()
    {
        var settings = hsm.NewToken().Settings;
        settings.Library = hsm.PathOf("none.so");
        Assert.Contains($"no library {settings.Library}: set Secronna__MasterKey__Library", Refusal(settings), StringComparison.Ordinal);
        settings.Library = hsm.Write("text.so", "not a library");
        Assert.Contains($"{settings.Library} is no PKCS#11 library", Refusal(settings), StringComparison.Ordinal);
        settings.Library = Environment.ProcessPath!;
        Assert.Contains("is no PKCS#11 library", Refusal(settings), StringComparison.Ordinal);
    }

    [Fact]
    public void A_label_that_no_token_has_is_refused_with_the_labels_of_all_tokens()
    {
        var (settings, other) = (hsm.NewToken().Settings, hsm.NewToken());
        settings.Token = "nothing";
        var refusal = Refusal(settings);
        Assert.Contains("no token nothing", refusal, StringComparison.Ordinal);
        Assert.Contains(other.Label, refusal, StringComparison.Ordinal);
        Assert.Contains("Secronna__MasterKey__Token", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_tokens_with_one_label_are_refused()
    {
        var settings = hsm.NewToken().Settings;
        hsm.Run("--init-token", "--free", "--label", settings.Token!, "--so-pin", "so-pin-1234", "--pin", SoftHsmToken.Pin);
        Assert.Contains($"2 tokens have the label {settings.Token}", Refusal(settings), StringComparison.Ordinal);
    }

    [Fact]
    public void A_wrong_PIN_is_refused_and_not_quoted()
    {
        var settings = hsm.NewToken().Settings;
        settings.PinFile = hsm.Write("wrong.pin", "wrong-pin");
        var refusal = Refusal(settings);
        Assert.Contains("Secronna__MasterKey__PinFile", refusal, StringComparison.Ordinal);
        Assert.Contains("CKR_PIN_INCORRECT", refusal, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong-pin", refusal, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    [InlineData("")]
    public void The_line_break_at_the_end_of_a_PIN_file_is_not_part_of_the_PIN(string end)
    {
        var settings = hsm.NewToken().Settings;
        settings.PinFile = hsm.Write("end.pin", SoftHsmToken.Pin + end);
        Pkcs11Setup.Open(settings).Dispose();
    }

    [Fact]
    public void A_PIN_file_that_others_can_read_or_that_is_missing_is_refused()
    {
        var settings = hsm.NewToken().Settings;
        settings.PinFile = hsm.PathOf("none.pin");
        Assert.Contains($"no file {settings.PinFile}", Refusal(settings), StringComparison.Ordinal);
        settings.PinFile = hsm.Write("open.pin", SoftHsmToken.Pin);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(settings.PinFile, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        }

        Assert.Contains($"others can read {settings.PinFile}", Refusal(settings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_keys_with_one_label_are_an_error_at_the_start_and_later()
    {
        var token = hsm.NewToken();
        token.Import("mk_1", SoftHsmToken.ImportableKey(), "01");
        using (var provider = token.Open())
        {
            token.Import("mk_1", SoftHsmToken.ImportableKey(), "02");
            foreach (var call in (Func<Task>[])[() => provider.ListAsync(Cancellation).AsTask(), () => WrapAsync(provider)])
            {
                var trouble = await Assert.ThrowsAsync<MasterKeyUnavailableException>(call);
                Assert.Contains("two keys have the label mk_1", trouble.Message, StringComparison.Ordinal);
            }
        }

        Assert.Contains("two keys have the label mk_1", Refusal(token.Settings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_is_deleted_from_the_token_leaves_the_ring()
    {
        var token = hsm.NewToken();
        token.Generate("mk_1");
        token.Generate("mk_2");
        using var ring = new MasterKeyRing([token.Open()], TimeProvider.System);
        await ring.RefreshAsync();
        var box = await ring.WrapAsync(Kek, key);
        var lost = 0;
        ring.KeyLost += () => lost++;
        token.Delete("mk_1");
        Assert.Equal("mk_1", (await Assert.ThrowsAsync<MasterKeyMissingException>(() => ring.UnwrapAsync(Kek, box, new byte[32]).AsTask())).KeyId);
        Assert.Equal((1, false), (lost, ring.Holds("mk_1")));
        token.Delete("mk_2");
        await ring.RefreshAsync();
        Assert.Equal(2, lost);
        Assert.Empty(ring.KeyIds);
    }

    [Fact]
    public async Task A_token_that_was_removed_holds_no_key()
    {
        var token = hsm.NewToken();
        token.Generate("mk_1");
        using var provider = token.Open();
        Assert.Equal(["mk_1"], await provider.ListAsync(Cancellation));
        token.Remove();
        Assert.Empty(await provider.ListAsync(Cancellation));
        await Assert.ThrowsAsync<MasterKeyMissingException>(() => WrapAsync(provider));
    }

    [Fact]
    public async Task Closed_sessions_are_replaced_by_new_ones()
    {
        var token = hsm.NewToken();
        token.Generate("mk_1");
        using var provider = token.Open();
        var box = await WrapAsync(provider);
        token.CloseAllSessions();
        var opened = new byte[32];
        await provider.UnwrapAsync(Kek, box, opened, Cancellation);
        Assert.Equal(key, opened);
        token.CloseAllSessions();
        Assert.Equal(["mk_1"], await provider.ListAsync(Cancellation));
    }

    [Fact]
    public async Task Keys_hidden_from_a_logged_out_session_do_not_count_as_missing()
    {
        var token = hsm.NewToken();
        token.Generate("mk_1");
        using var provider = token.Open();
        token.LogOut();
        Assert.Equal(["mk_1"], await provider.ListAsync(Cancellation));
        token.LogOut();
        Assert.Equal(78, (await WrapAsync(provider)).Length);
    }

    [Fact]
    public async Task A_PIN_that_is_wrong_at_a_later_login_is_tried_once()
    {
        var token = hsm.NewToken();
        token.Generate("mk_1");
        var settings = token.Settings;
        settings.PinFile = hsm.Write("changing.pin", SoftHsmToken.Pin);
        using var provider = Pkcs11Setup.Open(settings);
        hsm.Write("changing.pin", "wrong-pin");
        token.CloseAllSessions();
        var trouble = await Assert.ThrowsAsync<MasterKeyUnavailableException>(() => WrapAsync(provider));
        Assert.Contains("refuses the PIN", trouble.Message, StringComparison.Ordinal);
        // The PIN in the file is right again, but it is not tried.
        hsm.Write("changing.pin", SoftHsmToken.Pin);
        await Assert.ThrowsAsync<MasterKeyUnavailableException>(() => WrapAsync(provider));
    }

    [Fact]
    public async Task Providers_share_a_library_until_the_last_one_is_disposed()
    {
        var (one, two) = (hsm.NewToken(), hsm.NewToken());
        one.Generate("mk_1");
        two.Generate("mk_1");
        using var first = one.Open();
        using (var second = two.Open())
        {
            var box = await WrapAsync(second);
            await Assert.ThrowsAsync<DecryptionException>(() => first.UnwrapAsync(Kek, box, new byte[32], Cancellation).AsTask());
        }

        Assert.Equal(78, (await WrapAsync(first)).Length);
    }

    private Task<byte[]> WrapAsync(Pkcs11MasterKeyProvider provider) => provider.WrapAsync(Kek, key, Cancellation).AsTask();

    private static string Refusal(MasterKeySettings settings)
    {
        var refusal = Assert.Throws<SettingsException>(() => Pkcs11Setup.Open(settings).Dispose());
        Assert.StartsWith("master key: ", refusal.Message, StringComparison.Ordinal);
        return refusal.Message;
    }
}
