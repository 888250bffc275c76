using System.Security.Cryptography;
using Secronna.IntegrationTests.Engines;
using Secronna.Server.Features.Migrations;
using Secronna.Server.Hosting.Configuration;
using Secronna.Server.Installation;
using Secronna.Server.MasterKeys;
using Secronna.Server.MasterKeys.Local;
using Secronna.Server.MasterKeys.Opening;
using Xunit;

namespace Secronna.IntegrationTests.Installation;

/// <summary>S11: a server without the right master keys does not start and writes nothing.</summary>
public sealed class MasterKeyTests
{
    [Fact]
    public async Task A_wrapped_installation_key_with_any_bit_flipped_stops_the_start()
    {
        await using var installation = await NewClosedAsync();
        using var connection = installation.ConnectToTamper();
        var box = connection.One<byte[]>("SELECT wrapped_key FROM installation");
        using var masterKeys = await MasterKeyProviders.OpenRingAsync(installation.Settings.MasterKey, TimeProvider.System);
        var setup = new InstallationSetup(masterKeys, TimeProvider.System);
        var engine = installation.Database.EngineWith(TimeProvider.System);
        await using var database = await engine.OpenAsync(_ => { });
        foreach (var bit in Rounds.OfBits(box.Length))
        {
            box[bit / 8] ^= (byte)(1 << (bit % 8));
            connection.Run("UPDATE installation SET wrapped_key = @box", ("@box", box));
            box[bit / 8] ^= (byte)(1 << (bit % 8));
            // Checks either over a new connection, as a start does, or over the open database, as a running server does.
            var refusal = await Assert.ThrowsAsync<SettingsException>(
                () => bit % 16 == 0 ? setup.CheckAsync(engine) : setup.CheckAsync(database));
            Assert.Contains("master key", refusal.Message, StringComparison.Ordinal);
        }

        await Assert.ThrowsAnyAsync<Exception>(installation.OpenAsync);
    }

    [Theory]
    [InlineData("UPDATE installation SET active_master_key_id = 'mk_2'", "mk_2")]
    [InlineData("UPDATE installation SET active_master_key_id = 'mk_9'", "mk_9")]
    [InlineData("UPDATE installation SET wrapped_key = (SELECT wrapped_key FROM project_keys LIMIT 1)", "mk_1")]
    [InlineData("UPDATE installation SET wrapped_key = @empty", "mk_1")]
    public async Task A_changed_installation_row_stops_the_start(string sql, string id)
    {
        await using var installation = await NewClosedAsync();
        using (var connection = installation.ConnectToTamper())
        {
            connection.Run(sql, ("@empty", Array.Empty<byte>()));
        }

        var message = await RefusedUnchangedAsync(installation);
        Assert.Contains(id, message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_the_master_key_file_the_server_does_not_start_and_nothing_is_written()
    {
        await using var installation = await NewClosedAsync();
        File.Delete(installation.KeyFile);
        Assert.Contains(installation.KeyFile, await RefusedUnchangedAsync(installation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_start_with_other_bytes_under_the_same_master_key_id_is_refused_and_nothing_is_written()
    {
        await using var installation = await NewClosedAsync();
        File.Delete(installation.KeyFile);
        MasterKeyFile.Generate(installation.KeyFile, "mk_1");
        Assert.Contains("under the id mk_1 is not the one", await RefusedUnchangedAsync(installation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_refusal_names_the_missing_master_key_and_those_that_were_found()
    {
        await using var installation = await NewClosedAsync();
        File.Delete(installation.KeyFile);
        MasterKeyFile.Generate(installation.KeyFile, "other_1");
        MasterKeyFile.Generate(installation.KeyFile, "other_2");
        Assert.Contains("id mk_1; found: other_1, other_2", await RefusedUnchangedAsync(installation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_start_without_a_master_key_that_only_one_KEK_needs_is_refused()
    {
        await using var installation = await NewClosedAsync();
        using (var connection = installation.ConnectToTamper())
        {
            connection.Run("UPDATE project_keys SET master_key_id = 'mk_old' WHERE id = (SELECT max(id) FROM project_keys)");
        }

        Assert.Contains("id mk_old; found: mk_1, mk_2", await RefusedUnchangedAsync(installation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_KEK_that_its_master_key_does_not_unwrap_stops_the_start()
    {
        await using var installation = await NewClosedAsync();
        using (var connection = installation.ConnectToTamper())
        {
            connection.Run("UPDATE project_keys SET master_key_id = 'mk_2' WHERE id = (SELECT max(id) FROM project_keys)");
        }

        Assert.Contains("under the id mk_2", await RefusedUnchangedAsync(installation), StringComparison.Ordinal);
    }

    [Fact]
    [Trait(TestEngine.Trait, TestEngine.Sqlite)]
    public async Task A_refused_start_after_a_crash_leaves_the_database_unchanged()
    {
        await using var crashed = await TestInstallation.CreateAsync();
        await crashed.FillAsync();
        using var folder = new TemporaryFolder();
        // A killed server leaves a database whose last writes are only in the write-ahead log.
        var file = crashed.Database.EngineWith(TimeProvider.System).FilePath!;
        File.Copy(file, folder["secronna.db"]);
        File.Copy(file + "-wal", folder["secronna.db-wal"]);
        var settings = new Settings { DataFolder = folder.Path };
        settings.MasterKey.File = folder["master-keys"];
        MasterKeyFile.Generate(settings.MasterKey.File, "mk_1");
        var before = (Hash(folder["secronna.db"]), Hash(folder["secronna.db-wal"]));
        await Assert.ThrowsAsync<SettingsException>(() => OpenInstallation.OpenAsync(settings, MigrationService.Step(_ => { }), TimeProvider.System, _ => { }));
        Assert.Equal(before, (Hash(folder["secronna.db"]), Hash(folder["secronna.db-wal"])));
    }

    [Fact]
    public async Task A_previous_provider_supplies_a_key_that_the_main_provider_lacks()
    {
        await using var installation = await TestInstallation.CreateAsync();
        var all = await installation.FillAsync();
        await installation.CloseAsync();
        var old = installation.KeyFile + "-old";
        File.Move(installation.KeyFile, old);
        MasterKeyFile.Generate(installation.KeyFile, "mk_new");
        await RefusedUnchangedAsync(installation);
        installation.Settings.MasterKey.Previous.Add(new MasterKeySettings { File = old });
        await installation.OpenAsync();
        Assert.Equal(all.Select(written => written.Value), await installation.RevealAllAsync(all));
    }

    private static async Task<TestInstallation> NewClosedAsync()
    {
        var installation = await TestInstallation.CreateAsync();
        await installation.FillAsync();
        await installation.CloseAsync();
        return installation;
    }

    private static async Task<string> RefusedUnchangedAsync(TestInstallation installation)
    {
        var before = installation.Database.State();
        var refusal = await Assert.ThrowsAnyAsync<Exception>(installation.OpenAsync);
        Assert.Equal(before, installation.Database.State());
        Assert.Contains("master key", refusal.Message, StringComparison.Ordinal);
        return refusal.Message;
    }

    private static string Hash(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        return Convert.ToHexString(SHA256.HashData(stream));
    }
}
