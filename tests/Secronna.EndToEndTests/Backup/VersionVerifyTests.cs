using Secronna.EndToEndTests.Migrations;
using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Backup;

/// <summary>
/// <c>backup verify</c> finds versions that are not those that the trail says were written. The values that are brought in come from
/// a copy of the same installation, so they open.
/// </summary>
public sealed class VersionVerifyTests : IAsyncLifetime
{
    private const string Secret = "(SELECT id FROM secrets)";

    private const string ExchangeVersion = """
        UPDATE secret_versions SET (kek_id, wrapped_data_key, ciphertext, tag) =
            (SELECT kek_id, wrapped_data_key, ciphertext, tag FROM other.secret_versions WHERE version = 2)
        WHERE version = 2
        """;

    private const string Exchanged = "version 2 of secret @secret holds another sealed value than the one that the trail says was written";

    private const string TakeVersion = $"""
        INSERT INTO secret_versions SELECT * FROM other.secret_versions WHERE version = 2;
        INSERT INTO secret_changes SELECT * FROM other.secret_changes WHERE version = 2;
        UPDATE secrets SET current_version = 2;
        """;

    private const string RemoveVersion = """
        DELETE FROM secret_versions WHERE version = 2;
        DELETE FROM secret_changes WHERE version = 2;
        UPDATE secrets SET current_version = 1;
        """;

    private TestInstallation installation = null!;
    private TestInstallation other = null!;
    private string environmentId = "";

    public async ValueTask InitializeAsync()
    {
        installation = await TestInstallation.CreateAsync();
        await DoAsync(installation, async api =>
        {
            (_, environmentId) = await api.CreateEnvironmentAsync("Web");
            Assert.Equal(201, (await api.WriteAsync(environmentId, "KEY", "first")).Status);
        });
        other = await TestInstallation.CreateAsync();
        foreach (var file in Directory.GetFiles(installation.DataFolder))
        {
            File.Copy(file, Path.Combine(other.DataFolder, Path.GetFileName(file)), overwrite: true);
        }

        await WriteAsync(other, "second");
    }

    public ValueTask DisposeAsync()
    {
        installation.Dispose();
        other.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_sealed_value_that_was_exchanged_with_another_one_of_the_same_version_is_found()
    {
        await WriteAsync(installation, "third");
        await ExpectAsync(ExchangeVersion, Exchanged);
        await ExpectValueAsync("second");
    }

    [Fact]
    public async Task A_version_from_before_the_trail_named_ciphertexts_is_found_too_if_it_was_exchanged_after_the_migration()
    {
        await WriteAsync(installation, "third");
        await OlderInstallation.MakeAsync(installation);
        await installation.DoAsync("migrate");
        await ExpectAsync(ExchangeVersion, Exchanged);
        await ExpectValueAsync("second");
    }

    [Fact]
    public async Task A_version_that_was_added_without_the_trail_is_found()
    {
        await ExpectAsync(
            TakeVersion,
            "secret @secret points to version 2, but by its trail version 1 was written last",
            "version 2 of secret @secret was added without the trail, which does not name it");
        await ExpectValueAsync("second");
    }

    [Fact]
    public async Task A_secret_that_was_set_back_to_an_earlier_version_is_found()
    {
        await WriteAsync(installation, "third");
        await ExpectAsync(RemoveVersion, "secret @secret points to version 1, but by its trail version 2 was written last");
        await ExpectValueAsync("first");
    }

    [Fact]
    public async Task Rotating_the_KEK_changes_nothing_that_the_trail_says_of_versions()
    {
        var project = SqliteFile.One<string>(installation.DatabaseFile, "SELECT id FROM projects");
        var before = SqliteFile.One<string>(installation.DatabaseFile, "SELECT kek_id FROM secret_versions");
        await installation.DoAsync("kek", "rotate", project);
        await DoAsync(installation, _ => Until.HoldsAsync(
            "the version is under the new KEK",
            () => SqliteFile.One<string>(installation.DatabaseFile, "SELECT kek_id FROM secret_versions") != before));
        await installation.DoAsync("backup", "verify", "--connection", SqliteFile.ConnectionString(installation.DatabaseFile));
    }

    // Changes the installation's database, in which the other one's is attached, and expects that just these problems are found.
    private async Task ExpectAsync(string change, params string[] problems)
    {
        using (var direct = SqliteFile.ConnectDirectly(SqliteFile.ConnectionString(installation.DatabaseFile)))
        {
            direct.Run("ATTACH @file AS other", ("@file", other.DatabaseFile));
            direct.Run(change);
        }

        var secret = SqliteFile.One<string>(installation.DatabaseFile, "SELECT " + Secret);
        var ended = await installation.RunAsync(
            "backup", "verify", "--connection", SqliteFile.ConnectionString(installation.DatabaseFile));
        Assert.Equal(1, ended.ExitCode);
        Assert.Equal(
            problems.Select(problem => problem.Replace("@secret", secret, StringComparison.Ordinal)),
            ended.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1));
    }

    // The server gives the value, so nothing but the trail tells that it was brought in.
    private Task ExpectValueAsync(string value) => DoAsync(installation, async api =>
    {
        var secret = SqliteFile.One<string>(installation.DatabaseFile, "SELECT " + Secret);
        var version = SqliteFile.One<long>(installation.DatabaseFile, "SELECT current_version FROM secrets");
        Assert.Equal(value, (string?)(await api.RevealAsync(secret, (int)version)).Data["value"]);
    });

    private Task WriteAsync(TestInstallation to, string value) => DoAsync(to, async api =>
        Assert.InRange((await api.WriteAsync(environmentId, "KEY", value)).Status, 200, 201));

    private static async Task DoAsync(TestInstallation installation, Func<Api, Task> calls)
    {
        await using var server = await installation.ServeAsync();
        using var api = new Api(server.Url, installation.Token);
        await calls(api);
        Assert.Equal(0, await server.StopAsync());
    }
}
