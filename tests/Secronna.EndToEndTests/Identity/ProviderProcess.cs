using System.Diagnostics;
using System.Text.Json;
using Secronna.EndToEndTests.Running;
using Secronna.IdentityProvider.Flows;
using Secronna.IdentityProvider.People;

namespace Secronna.EndToEndTests.Identity;

/// <summary>The identity provider as a program of its own, and someone who signs in there.</summary>
internal sealed class ProviderProcess : IAsyncDisposable
{
    private readonly Process process;
    private readonly ProviderClient client;

    private ProviderProcess(Process process, string issuer)
    {
        this.process = process;
        Issuer = issuer;
        client = new ProviderClient(issuer, "secronna-cli");
    }

    public string Issuer { get; }

    public static async Task<ProviderProcess> StartAsync(TempFolder folder, params Person[] people)
    {
        var file = folder["people.json"];
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(people, JsonSerializerOptions.Web));
        var process = Process.Start(new ProcessStartInfo(
            Path.Combine(AppContext.BaseDirectory, "secronna-identity-provider"),
            ["--port", "0", "--people", file, "--interval", "0.2"]) { RedirectStandardOutput = true })!;
        const string Ready = "issuer ";
        var line = await process.StandardOutput.ReadLineAsync().WaitAsync(Until.Patience);
        Assert.StartsWith(Ready, line, StringComparison.Ordinal);
        return new ProviderProcess(process, line![Ready.Length..]);
    }

    /// <summary>Settings of a server that takes its tokens.</summary>
    public IEnumerable<KeyValuePair<string, string>> Settings =>
    [
        new("Secronna__Huudis__Issuer", Issuer), new("Secronna__Huudis__RequireHttpsMetadata", "false"),
    ];

    /// <summary>Signs someone in by the device flow, as a command line at their desk would.</summary>
    public async Task<string> SignInAsync(Person person)
    {
        var device = await client.BeginDeviceAsync();
        Assert.True(await client.DecideAsync(device.UserCode, person));
        return (await client.PollAsync(device)).OrThrow().AccessToken!;
    }

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        process.Dispose();
    }
}
