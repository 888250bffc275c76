using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Secronna.Tests.Tls;

namespace Secronna.EndToEndTests.Running;

/// <summary>An installation as an operator sets one up: a data folder, a master-key file, a workspace, an API key.</summary>
internal sealed class TestInstallation : IDisposable
{
    public const string WorkspaceId = "acc_e2e";

    private TestInstallation()
    {
        DataFolder = Directory.CreateDirectory(
            Folder["data"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName;
        MasterKeyFile = Folder["master-keys"];
        Environment = new Dictionary<string, string>
        {
            ["Secronna__DataFolder"] = DataFolder,
            ["Secronna__MasterKey__File"] = MasterKeyFile,
            ["Secronna__Limits__RevealsPerMinute"] = "0",
            ["Secronna__Limits__FailedAuthenticationsPerMinute"] = "0",
        };
    }

    public TempFolder Folder { get; } = new();

    public string DataFolder { get; }

    public string MasterKeyFile { get; }

    public string DatabaseFile => Path.Combine(DataFolder, "secronna.db");

    public Dictionary<string, string> Environment { get; }

    public string Token { get; private set; } = "";

    /// <summary>Folders and settings alone.</summary>
    public static TestInstallation CreateEmpty() => new();

    /// <summary>A master key more.</summary>
    public static async Task<TestInstallation> CreateWithMasterKeyAsync()
    {
        var installation = new TestInstallation();
        await installation.DoAsync("master-key", "generate");
        return installation;
    }

    /// <summary>Migrated, with a workspace and an API key.</summary>
    public static async Task<TestInstallation> CreateAsync()
    {
        var installation = await CreateWithMasterKeyAsync();
        await installation.SetUpAsync();
        return installation;
    }

    /// <summary>On a database of PostgreSQL: settings and a master key, and nothing in the database yet.</summary>
    public static async Task<TestInstallation> CreateWithMasterKeyAsync(string connectionString)
    {
        // First, since there may be no such database.
        var installation = await CreateWithMasterKeyAsync();
        installation.Environment.Remove("Secronna__DataFolder");
        installation.UsePostgres(connectionString);
        return installation;
    }

    /// <summary>The same, migrated, with a workspace and an API key.</summary>
    public static async Task<TestInstallation> CreateAsync(string connectionString)
    {
        var installation = await CreateWithMasterKeyAsync(connectionString);
        await installation.SetUpAsync();
        return installation;
    }

    public async Task<string> CreateApiKeyAsync(string workspaceId) =>
        (string)JsonNode.Parse((await DoAsync("api-key", "create", "--workspace", workspaceId, "--name", "e2e", "--json")).Out)!["token"]!;

    public void UsePostgres(string connectionString)
    {
        Environment["Secronna__Storage__Provider"] = "PostgreSql";
        Environment["Secronna__Storage__ConnectionString"] = connectionString;
    }

    /// <summary>TLS with a certificate of these, in tls.crt and tls.key.</summary>
    public void UseTls(ServerCertificates certificates)
    {
        Environment["Secronna__Http__Certificate"] = Folder["tls.crt"];
        Environment["Secronna__Http__CertificateKey"] = Folder["tls.key"];
        certificates.Write(Folder["tls.crt"], Folder["tls.key"]);
    }

    /// <summary>A workspace and an API key in a database that is migrated.</summary>
    public async Task AddWorkspaceAsync()
    {
        await DoAsync("workspace", "allow", WorkspaceId, "--name", "End to end");
        Token = await CreateApiKeyAsync(WorkspaceId);
    }

    public Task<Ended> RunAsync(params string[] arguments) => ServerProgram.RunAsync(Folder.Path, Environment, arguments);

    /// <summary>Runs a command that must succeed.</summary>
    public async Task<Ended> DoAsync(params string[] arguments)
    {
        var ended = await RunAsync(arguments);
        Assert.True(ended.ExitCode == 0, $"{string.Join(' ', arguments)}: {ended.Error}");
        return ended;
    }

    public Task<RunningServer> ServeAsync(params string[] more) =>
        RunningServer.StartAsync(Folder.Path, Environment, ["serve", "--urls", "http://127.0.0.1:0", .. more]);

    /// <summary>Over TLS, with a certificate that is set and that is this one or leads to it.</summary>
    public Task<RunningServer> ServeTlsAsync(X509Certificate2 trusted) =>
        RunningServer.StartAsync(ServerProgram.Start(Folder.Path, Environment, ["serve", "--urls", "https://127.0.0.1:0"]), trusted);

    public void Dispose() => Folder.Dispose();

    private async Task SetUpAsync()
    {
        await DoAsync("migrate");
        await AddWorkspaceAsync();
    }
}
