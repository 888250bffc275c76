using Secronna.EndToEndTests.Running;
using Secronna.Tests.Tls;

namespace Secronna.EndToEndTests.Hosting;

/// <summary>What servers and commands do on signals.</summary>
public sealed class SignalTests
{
    private const int HangUp = 1;
    private const int Quit = 3;
    private const int User1 = 10;

    [Fact]
    public async Task SIGHUP_makes_serve_read_the_certificate_and_the_master_keys_again_and_go_on()
    {
        using var certificates = new ServerCertificates();
        using var installation = await TestInstallation.CreateAsync();
        installation.UseTls(certificates);
        await using var server = await installation.ServeTlsAsync(certificates.Root);
        var thumbprint = certificates.Write(installation.Folder["tls.crt"], installation.Folder["tls.key"]);

        ServerProgram.Signal(server.Id, HangUp);

        // The watch would take up to ten seconds. The line about the keys comes after that about the certificate.
        await Until.HoldsAsync("the files are read again", () => server.Log.Contains("were read again (SIGHUP)", StringComparison.Ordinal));
        Assert.Contains($"{thumbprint} is in use", server.Log, StringComparison.Ordinal);
        using var api = new Api(server.Url, installation.Token, certificates.Root);
        Assert.Equal(200, (await api.GetAsync("/api/v1/me")).Status);

        await File.WriteAllTextAsync(installation.MasterKeyFile, "no key");
        ServerProgram.Signal(server.Id, HangUp);
        await Until.HoldsAsync("the log names the file", () => server.Log.Contains("could not be read again (SIGHUP)", StringComparison.Ordinal));
        Assert.Equal(0, await server.StopAsync());
    }

    [Fact]
    public async Task SIGHUP_does_not_end_dev()
    {
        await using var dev = await DevServer.StartAsync();
        dev.Signal(HangUp);
        await Until.HoldsAsync("the keys are read again", () => dev.Log.Contains("were read again (SIGHUP)", StringComparison.Ordinal));
        using var api = dev.Connect();
        Assert.Equal(200, (await api.GetAsync("/api/v1/me")).Status);
    }

    [Theory]
    [InlineData(ServerProgram.Interrupt)]
    [InlineData(Quit)]
    [InlineData(User1)]
    [InlineData(ServerProgram.Terminate)]
    public async Task Other_signals_end_serve_in_good_order(int signal)
    {
        using var installation = await TestInstallation.CreateAsync();
        await using var server = await installation.ServeAsync();
        ServerProgram.Signal(server.Id, signal);
        Assert.Equal(0, await server.WaitForExitAsync());
        Assert.Equal(["secronna.db"], Directory.GetFiles(installation.DataFolder).Select(Path.GetFileName));
    }
}
