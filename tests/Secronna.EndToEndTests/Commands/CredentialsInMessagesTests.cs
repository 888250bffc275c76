using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Commands;

/// <summary>
/// A setting or an argument that may hold a credential is repeated in no message, however malformed it is (S16). Class of faults:
/// credentials in error messages and logs.
/// </summary>
public sealed class CredentialsInMessagesTests
{
    private const string Credential = "hunter2";

    [Theory]
    [InlineData("host=127.0.0.1 port=1 dbname=s user=o password=hunter2")]
    [InlineData("postgres://o:hunter2@127.0.0.1:1/s?sslmode=require")]
    [InlineData("Host=postgres://o:hunter2@127.0.0.1/s")]
    [InlineData("Host=o:hunter2@127.0.0.1;Database=s")]
    [InlineData("Host=127.0.0.1;Port=1;Database=s password=hunter2")]
    [InlineData("Host=127.0.0.1;Port=1;Username=o password=hunter2")]
    [InlineData("Host=127.0.0.1;Port=1 password=hunter2")]
    [InlineData("Host=127.0.0.1;Pasword=hunter2")]
    [InlineData("Host=127.0.0.1;Password='hunter2")]
    [InlineData("Host=127.0.0.1;Port=1;Root Certificate=/x password=hunter2;SSL Mode=VerifyFull")]
    [InlineData("Data Source=host=h password=hunter2")]
    [InlineData("Data Source=postgres://o:hunter2@h/s")]
    [InlineData("Data Source=/nowhere/x.db;Password=hunter2")]
    [InlineData("hunter2")]
    public async Task A_connection_string_is_never_repeated(string connectionString)
    {
        using var installation = await TestInstallation.CreateWithMasterKeyAsync();
        installation.Environment.Remove("Secronna__DataFolder");
        installation.Environment["Secronna__Storage__ConnectionString"] = connectionString;
        foreach (var provider in (string[])["Sqlite", "PostgreSql"])
        {
            installation.Environment["Secronna__Storage__Provider"] = provider;
            await ExpectQuietRefusalAsync(installation, "migrate", "--dry-run");
        }
    }

    [Theory]
    [InlineData("storage", "copy", "--to", "host=h dbname=s password=hunter2")]
    [InlineData("storage", "copy", "--to", "postgres://o:hunter2@h/s")]
    [InlineData("backup", "verify", "--connection", "Host=h;Database=s password=hunter2")]
    [InlineData("backup", "verify", "Host=h;Database=s;Password=hunter2")]
    [InlineData("backup", "postgres://o:hunter2@h/s")]
    public async Task A_connection_string_among_the_arguments_is_never_repeated(params string[] arguments)
    {
        using var installation = await TestInstallation.CreateAsync();
        await ExpectQuietRefusalAsync(installation, arguments);
    }

    [Theory]
    [InlineData("Secronna__MasterKey__File", "hunter2=")]
    [InlineData("Secronna__MasterKey__File", "mk_1 hunter2")]
    [InlineData("Secronna__MasterKey__File", "/hunter2=")]
    [InlineData("Secronna__Http__CertificateKey", "-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----")]
    [InlineData("Secronna__Http__CertificateKey", "hunter2")]
    [InlineData("Secronna__Huudis__Issuer", "https://o:hunter2@i.example")]
    [InlineData("Secronna__MasterKey__Endpoint", "http://o:hunter2@kms.example")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "https://o:hunter2@collector.example")]
    [InlineData("OTEL_EXPORTER_OTLP_HEADERS", "Bearer hunter2")]
    [InlineData("ASPNETCORE_URLS", "http://o:hunter2@127.0.0.1:1")]
    public async Task A_secret_in_place_of_a_file_or_in_a_URL_is_never_repeated(string name, string value)
    {
        using var installation = await TestInstallation.CreateAsync();
        installation.Environment["Secronna__Http__Certificate"] = installation.MasterKeyFile;
        installation.Environment["Secronna__Http__CertificateKey"] = installation.MasterKeyFile;
        installation.Environment[name] = value;
        await ExpectQuietRefusalAsync(installation, "serve");
    }

    [Theory]
    [InlineData("hunter2")]
    [InlineData("/hunter2=")]
    public async Task A_PIN_in_place_of_the_PIN_file_is_never_repeated(string value)
    {
        using var installation = await TestInstallation.CreateAsync();
        installation.Environment["Secronna__MasterKey__Provider"] = "Pkcs11";
        installation.Environment["Secronna__MasterKey__Library"] = "/nowhere/library.so";
        installation.Environment["Secronna__MasterKey__Token"] = "token";
        installation.Environment["Secronna__MasterKey__PinFile"] = value;
        await ExpectQuietRefusalAsync(installation, "master-key", "list");
    }

    private static async Task ExpectQuietRefusalAsync(TestInstallation installation, params string[] arguments)
    {
        var ended = await installation.RunAsync(arguments);
        Assert.NotEqual(0, ended.ExitCode);
        Assert.StartsWith("Error: ", ended.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(Credential, ended.Error + ended.Out, StringComparison.Ordinal);
    }
}
