using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Data.Sqlite;
using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Hosting;

/// <summary>What <c>serve</c> accepts, and what it refuses with a message that says what to change.</summary>
public sealed class ServeTests
{
    private const string AnyPort = "http://127.0.0.1:0";
    private const UnixFileMode OthersMayRead = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherRead;

    [Fact]
    public async Task The_server_refuses_to_start_without_a_database_setting()
    {
        using var installation = await TestInstallation.CreateWithMasterKeyAsync();
        installation.Environment.Remove("Secronna__DataFolder");
        await ExpectRefusalAsync(installation, "Secronna__DataFolder");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_server_refuses_to_start_without_a_master_key(bool isNamed)
    {
        using var installation = TestInstallation.CreateEmpty();
        if (!isNamed)
        {
            installation.Environment.Remove("Secronna__MasterKey__File");
        }

        await ExpectRefusalAsync(installation, "master key", isNamed ? installation.MasterKeyFile : "Secronna__MasterKey__File");
    }

    [Fact]
    public async Task The_server_refuses_a_master_key_file_that_others_can_read()
    {
        using var installation = await TestInstallation.CreateWithMasterKeyAsync();
        File.SetUnixFileMode(installation.MasterKeyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        await ExpectRefusalAsync(installation, "master key", installation.MasterKeyFile, "chmod 600");
    }

    [Fact]
    public async Task The_server_refuses_a_data_folder_that_others_can_read()
    {
        using var installation = await TestInstallation.CreateWithMasterKeyAsync();
        File.SetUnixFileMode(installation.DataFolder, OthersMayRead);
        await ExpectRefusalAsync(installation, installation.DataFolder, "chmod 700");
    }

    [Theory]
    [InlineData("http://0.0.0.0:0")]
    [InlineData("http://[::]:0")]
    [InlineData("http://*:0")]
    public async Task The_server_refuses_plain_HTTP_beyond_loopback_and_writes_nothing(string url)
    {
        using var installation = await TestInstallation.CreateWithMasterKeyAsync();
        var ended = await installation.RunAsync("serve", "--migrate", "--urls", url);
        Assert.Equal(1, ended.ExitCode);
        Assert.Contains("plain HTTP", ended.Error, StringComparison.Ordinal);
        Assert.Contains("Secronna__Http__AllowPlainHttp", ended.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(installation.DataFolder));
    }

    [Fact]
    public async Task The_server_refuses_to_start_when_there_is_no_database_yet()
    {
        using var installation = await TestInstallation.CreateWithMasterKeyAsync();
        await ExpectRefusalAsync(installation, "there is no database", "--migrate");
    }

    [Fact]
    public async Task The_server_refuses_a_database_that_needs_migrating_and_writes_nothing()
    {
        using var installation = await TestInstallation.CreateAsync();
        using (var connection = new SqliteConnection($"Data Source={installation.DatabaseFile};Pooling=false"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "DELETE FROM schema_migrations";
            command.ExecuteNonQuery();
        }

        var before = await File.ReadAllBytesAsync(installation.DatabaseFile);
        await ExpectRefusalAsync(installation, "migration(s)", "--migrate");
        Assert.Equal(before, await File.ReadAllBytesAsync(installation.DatabaseFile));
    }

    [Theory]
    [InlineData("Secronna__DataFoldr", "x")]
    [InlineData("Secronna__Limits__NoSuchLimit", "1")]
    [InlineData("Secronna__Limits__RevealsPerMinute", "many")]
    [InlineData("Secronna__Storage__Provider", "Oracle")]
    [InlineData("Secronna__Http__AllowPlainHttp", "perhaps")]
    [InlineData("Secronna__Http__TrustedProxies__0", "0.0.0.0/0")]
    [InlineData("Secronna__Http__TrustedProxies__1", "proxy")]
    [InlineData("Secronna__Http__AllowedHosts__0", "secrets.example.com:443")]
    [InlineData("Secronna__Http__MaxConnections", "-1")]
    [InlineData("Secronna__Diagnostics", "perhaps")]
    public async Task The_server_refuses_an_unknown_setting_and_a_wrong_value_and_names_the_setting(string name, string value)
    {
        using var installation = await TestInstallation.CreateWithMasterKeyAsync();
        installation.Environment[name] = value;
        await ExpectRefusalAsync(installation, name);
    }

    [Fact]
    public async Task With_another_master_key_the_server_names_the_needed_and_the_found_key_and_writes_nothing()
    {
        using var installation = await TestInstallation.CreateAsync();
        var needed = (await File.ReadAllTextAsync(installation.MasterKeyFile)).Split(' ')[0];
        var before = await File.ReadAllBytesAsync(installation.DatabaseFile);
        File.Delete(installation.MasterKeyFile);
        await ServerProgram.RunAsync(
            installation.Folder.Path, [new("Secronna__MasterKey__File", installation.MasterKeyFile)], "master-key", "generate", "--id", "other");
        var ended = await installation.RunAsync("serve", "--migrate", "--urls", AnyPort);
        Assert.Equal(1, ended.ExitCode);
        Assert.Contains("master key", ended.Error, StringComparison.Ordinal);
        Assert.Contains(needed, ended.Error, StringComparison.Ordinal);
        Assert.Contains("other", ended.Error, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(installation.DatabaseFile));
    }

    [Fact]
    public async Task The_server_migrates_when_asked_and_warns_of_a_master_key_in_the_data_folder()
    {
        using var installation = TestInstallation.CreateEmpty();
        installation.Environment["Secronna__MasterKey__File"] = Path.Combine(installation.DataFolder, "master-keys");
        await installation.DoAsync("master-key", "generate");
        await using var server = await installation.ServeAsync("--migrate");
        await Until.HoldsAsync("the server logs the warning", () => server.Log.Contains("whoever copies the folder can read its secrets", StringComparison.Ordinal));
        Assert.Equal(0, await server.StopAsync());
        await using var again = await installation.ServeAsync();
    }

    [Fact]
    public async Task Master_keys_may_come_from_the_environment()
    {
        using var installation = await TestInstallation.CreateAsync();
        var keys = await File.ReadAllTextAsync(installation.MasterKeyFile);
        File.Delete(installation.MasterKeyFile);
        installation.Environment.Remove("Secronna__MasterKey__File");
        installation.Environment["Secronna__MasterKey__Provider"] = "Environment";
        await ExpectRefusalAsync(installation, "master key", "SECRONNA_MASTER_KEYS");

        installation.Environment["SECRONNA_MASTER_KEYS"] = keys;
        await using var server = await installation.ServeAsync();
        using var api = new Api(server.Url, installation.Token);
        Assert.Equal(200, (await api.GetAsync("/api/v1/me")).Status);
    }

    [Fact]
    public async Task The_server_serves_TLS_with_Kestrels_default_certificate()
    {
        using var installation = await TestInstallation.CreateAsync();
        using var certificate = CreateCertificate(installation.Folder["certificate.pem"], installation.Folder["certificate.key"]);
        installation.Environment["Kestrel__Certificates__Default__Path"] = installation.Folder["certificate.pem"];
        installation.Environment["Kestrel__Certificates__Default__KeyPath"] = installation.Folder["certificate.key"];
        await using var server = await installation.ServeTlsAsync(certificate);
        Assert.StartsWith("https://", server.Url, StringComparison.Ordinal);
        using var api = new Api(server.Url, installation.Token, certificate);
        Assert.Equal(200, (await api.GetAsync("/api/v1/me")).Status);
    }

    [Fact]
    public async Task A_port_in_use_is_an_error_without_a_stack_trace()
    {
        using var installation = await TestInstallation.CreateAsync();
        await using var server = await installation.ServeAsync();
        var ended = await installation.RunAsync("serve", "--urls", server.Url);
        Assert.Equal(1, ended.ExitCode);
        Assert.StartsWith("Error: ", ended.Error, StringComparison.Ordinal);
        Assert.Contains("--urls", ended.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", ended.Error, StringComparison.Ordinal);
    }

    private static async Task ExpectRefusalAsync(TestInstallation installation, params string[] said)
    {
        var ended = await installation.RunAsync("serve", "--urls", AnyPort);
        Assert.Equal(1, ended.ExitCode);
        Assert.All(said, part => Assert.Contains(part, ended.Error, StringComparison.Ordinal));
        Assert.StartsWith("Error: ", ended.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", ended.Error, StringComparison.Ordinal);
        if (installation.Token.Length == 0)
        {
            Assert.Empty(Directory.GetFileSystemEntries(installation.DataFolder));
        }
    }

    private static X509Certificate2 CreateCertificate(string certificateFile, string keyFile)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256);
        var now = TimeProvider.System.GetUtcNow();
        var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        File.WriteAllText(certificateFile, certificate.ExportCertificatePem());
        File.WriteAllText(keyFile, key.ExportPkcs8PrivateKeyPem());
        return certificate;
    }
}
