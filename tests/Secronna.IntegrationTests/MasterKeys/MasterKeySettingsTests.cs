using System.Security.Cryptography;
using Secronna.IntegrationTests.Engines;
using Secronna.Server.Configuration;
using Secronna.Server.MasterKeys;
using Xunit;

namespace Secronna.IntegrationTests.MasterKeys;

/// <summary>The providers that settings name, together.</summary>
[Trait(TestEngine.Trait, TestEngine.Any)]
public sealed class MasterKeySettingsTests
{
    private static readonly string Key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    [Fact]
    public async Task The_ring_has_the_keys_of_all_providers_and_the_first_of_the_main_one_is_first()
    {
        using var folder = new TemporaryFolder();
        var settings = new MasterKeySettings { File = Write(folder, $"new {Key}\n", "new") };
        settings.Previous.Add(new MasterKeySettings { File = Write(folder, $"old {Key}\nnew {Key}\n", "old") });
        using var ring = await MasterKeyRing.OpenAsync(settings, TimeProvider.System);
        Assert.Equal(["new", "old"], ring.KeyIds);
        Assert.Equal("new", ring.FirstId);
        Assert.True(ring.Holds("old"));
        Assert.False(ring.Holds("none"));
    }

    [Fact]
    public async Task A_previous_provider_that_can_not_be_opened_stops_the_start()
    {
        using var folder = new TemporaryFolder();
        var settings = new MasterKeySettings { File = Write(folder, $"new {Key}\n", "new") };
        settings.Previous.Add(new MasterKeySettings { File = folder["gone"] });
        Assert.Contains("gone", (await Assert.ThrowsAsync<SettingsException>(() => MasterKeyRing.OpenAsync(settings, TimeProvider.System))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_main_provider_without_a_key_is_refused_when_one_is_needed()
    {
        using var folder = new TemporaryFolder();
        using var ring = await MasterKeyRing.OpenAsync(new MasterKeySettings { File = Write(folder, "") }, TimeProvider.System);
        Assert.Contains("master-key generate", Assert.Throws<SettingsException>(() => ring.FirstId).Message, StringComparison.Ordinal);
    }

    private static string Write(TemporaryFolder folder, string text, string name = "keys")
    {
        var path = folder[name];
        File.WriteAllText(path, text);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        return path;
    }
}
