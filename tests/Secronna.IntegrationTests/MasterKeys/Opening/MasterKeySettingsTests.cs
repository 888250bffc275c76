using System.Security.Cryptography;
using Secronna.IntegrationTests.Engines;
using Secronna.Server.MasterKeys;
using Secronna.Server.MasterKeys.Opening;
using Xunit;

namespace Secronna.IntegrationTests.MasterKeys.Opening;

/// <summary>The ring over the providers that the settings name.</summary>
[Trait(TestEngine.Trait, TestEngine.Any)]
public sealed class MasterKeySettingsTests
{
    private static readonly string Key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    [Fact]
    public async Task The_ring_has_the_keys_of_all_providers_with_the_main_providers_first()
    {
        using var folder = new TemporaryFolder();
        var settings = new MasterKeySettings { File = Write(folder, $"new {Key}\n", "new") };
        settings.Previous.Add(new MasterKeySettings { File = Write(folder, $"old {Key}\nnew {Key}\n", "old") });
        using var ring = await MasterKeyProviders.OpenRingAsync(settings, TimeProvider.System);
        Assert.Equal(["new", "old"], ring.KeyIds);
        Assert.Equal("new", ring.FirstKeyId);
        Assert.True(ring.Holds("old"));
        Assert.False(ring.Holds("none"));
    }

    [Fact]
    public async Task A_previous_provider_that_cannot_be_opened_is_an_error()
    {
        using var folder = new TemporaryFolder();
        var settings = new MasterKeySettings { File = Write(folder, $"new {Key}\n", "new") };
        settings.Previous.Add(new MasterKeySettings { File = folder["gone"] });
        Assert.Contains("gone", (await Assert.ThrowsAsync<SettingsException>(() => MasterKeyProviders.OpenRingAsync(settings, TimeProvider.System))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_main_provider_without_keys_is_an_error_when_a_new_database_needs_one()
    {
        using var folder = new TemporaryFolder();
        using var ring = await MasterKeyProviders.OpenRingAsync(new MasterKeySettings { File = Write(folder, "") }, TimeProvider.System);
        Assert.Contains("master-key generate", Assert.Throws<SettingsException>(() => ring.FirstKeyId).Message, StringComparison.Ordinal);
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
