using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Secronna.Tests.Tls;

namespace Secronna.EndToEndTests.Running;

/// <summary>An installation as an operator sets one up: a data folder, a master-key file, a workspace and an API key.</summary>
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
            ["Secronna__Limits__FailedAuthenticationsPerMinute"] = "0",
            ["Secronna__Limits__RequestsPerMinute"] = "0",
            ["Secronna__Limits__RequestsPerMinutePerWorkspace"] = "0",
            ["Secronna__Limits__RevealsPerMinute"] = "0",
            ["Secronna__Limits__RevealsPerMinutePerWorkspace"] = "0",
            ["Secronna__Limits__WritesPerMinute"] = "0",
            ["Secronna__Limits__WritesPerMinutePerWorkspace"] = "0",
            ["Secronna__Limits__WriteBytesPerMinute"] = "0",
            ["Secronna__Limits__WriteBytesPerMinutePerWorkspace"] = "0",
            ["Secronna__Storage__ReservedBytes"] = "0",
        };
    }

    public TemporaryFolder Folder { get; } = new();

    public string DataFolder { get; }

    public string MasterKeyFile { get; }

    public string DatabaseFile => Path.Combine(DataFolder, "secronna.db");

    public Dictionary<string, string> Environment { get; }

    public string Token { get; private set; } = "";

    /// <summary>Creates folders and settings only.</summary>
    public static TestInstallation CreateEmpty() => new();

    /// <summary>Creates folders and settings, and generates a master key.</summary>
    public static async Task<TestInstallation> CreateWithMasterKeyAsync()
    {
        var installation = new TestInstallation();
        await installation.DoAsync("master-key", "generate");
        return installation;
    }

    /// <summary>
    /// Creates a migrated installation with a workspace and an API key. All such installations are copies of one, so they have
    /// the same master key and the same token.
    /// </summary>
    public static async Task<TestInstallation> CreateAsync()
    {
        var prepared = await PreparedInstallation.GetAsync();
        var installation = new TestInstallation { Token = prepared.Token };
        File.Copy(prepared.MasterKeyFile, installation.MasterKeyFile);
        foreach (var file in Directory.GetFiles(prepared.DataFolder))
        {
            File.Copy(file, Path.Combine(installation.DataFolder, Path.GetFileName(file)));
        }

        return installation;
    }

    /// <summary>Creates a migrated installation with a workspace, and with a master key and a token of its own.</summary>
    public static async Task<TestInstallation> CreateOtherAsync()
    {
        var installation = await CreateWithMasterKeyAsync();
        await installation.SetUpAsync();
        return installation;
    }

    /// <summary>Creates settings for a PostgreSQL database, and generates a master key. The database stays empty.</summary>
    public static async Task<TestInstallation> CreateWithMasterKeyAsync(string connectionString)
    {
        // The key is generated before the settings name the database, because the database may not exist yet.
        var installation = await CreateWithMasterKeyAsync();
        installation.Environment.Remove("Secronna__DataFolder");
        installation.UsePostgres(connectionString);
        return installation;
    }

    /// <summary>Creates an installation on PostgreSQL: migrated, with a workspace and an API key.</summary>
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
        Environment["Secronna__StateFolder"] = Folder["state"];
    }

    /// <summary>Writes a certificate to tls.crt and its key to tls.key in the folder, and makes the server use them.</summary>
    public void UseTls(ServerCertificates certificates)
    {
        Environment["Secronna__Http__Certificate"] = Folder["tls.crt"];
        Environment["Secronna__Http__CertificateKey"] = Folder["tls.key"];
        certificates.Write(Folder["tls.crt"], Folder["tls.key"]);
    }

    /// <summary>Allows the workspace and creates its API key. The database must be migrated.</summary>
    public async Task AddWorkspaceAsync()
    {
        await DoAsync("workspace", "allow", WorkspaceId, "--name", "End to end");
        Token = await CreateApiKeyAsync(WorkspaceId);
    }

    public Task<Ended> RunAsync(params string[] arguments) => ServerProgram.RunAsync(Folder.Path, Environment, arguments);

    /// <summary>Runs a command and expects it to succeed.</summary>
    public async Task<Ended> DoAsync(params string[] arguments)
    {
        var ended = await RunAsync(arguments);
        Assert.True(ended.ExitCode == 0, $"{string.Join(' ', arguments)}: {ended.Error}");
        return ended;
    }

    public Task<RunningServer> ServeAsync(params string[] more) =>
        RunningServer.StartAsync(Folder.Path, Environment, ["serve", "--urls", "http://127.0.0.1:0", .. more]);

    /// <summary>Starts a server that does not become ready.</summary>
    /// <param name="reason">Part of the reason that it reports.</param>
    public Task<RunningServer> ServeUnreadyAsync(string reason) => RunningServer.StartAsync(
        ServerProgram.Start(Folder.Path, Environment, ["serve", "--urls", "http://127.0.0.1:0"]), reason: reason);

    /// <summary>Starts a server with TLS. Its certificate must be <paramref name="trusted"/> or chain to it.</summary>
    public Task<RunningServer> ServeTlsAsync(X509Certificate2 trusted) =>
        RunningServer.StartAsync(ServerProgram.Start(Folder.Path, Environment, ["serve", "--urls", "https://127.0.0.1:0"]), trusted);

    public void Dispose() => Folder.Dispose();

    public async Task SetUpAsync()
    {
        await DoAsync("migrate");
        await AddWorkspaceAsync();
    }
}
