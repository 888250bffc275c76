using System.Diagnostics;
using System.Text.Json;
using Secronna.EndToEndTests.Running;
using Secronna.IdentityProvider.Flows;
using Secronna.IdentityProvider.People;

namespace Secronna.EndToEndTests.Identity;

/// <summary>The identity provider as a program of its own, and someone who signs in there.</summary>
internal sealed class ProviderProcess : IAsyncDisposable
{
    private static readonly string[] Quick = ["--interval", "0.2"];

    private readonly Process process;
    private readonly ProviderClient client;

    private readonly Task counting;
    private int slowDowns;

    private ProviderProcess(Process process, string issuer)
    {
        this.process = process;
        Issuer = issuer;
        client = new ProviderClient(issuer, "secronna-cli");
        counting = CountAsync();
    }

    public string Issuer { get; }

    public static Task<ProviderProcess> StartAsync(TemporaryFolder folder, params Person[] people) => StartAsync(folder, people, []);

    /// <summary>With arguments of its own, which win.</summary>
    public static async Task<ProviderProcess> StartAsync(TemporaryFolder folder, Person[] people, params string[] arguments)
    {
        var file = folder["people.json"];
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(people, JsonSerializerOptions.Web));
        var process = Process.Start(new ProcessStartInfo(
            Path.Combine(AppContext.BaseDirectory, "secronna-identity-provider"),
            ["--port", "0", "--people", file, .. arguments.Contains("--interval") ? [] : Quick, .. arguments]) { RedirectStandardOutput = true })!;
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

    /// <summary>How often a device was told to slow down.</summary>
    public int SlowDowns => Volatile.Read(ref slowDowns);

    /// <summary>Ends what a refresh token gives.</summary>
    public Task RevokeAsync(string refreshToken) => client.RevokeAsync(refreshToken);

    /// <summary>What the provider says to a refresh token that it does not take.</summary>
    public async Task<string?> RefreshErrorAsync(string refreshToken) => (await client.RefreshAsync(refreshToken)).Error;

    /// <summary>The person enters a code that a device shows, and allows or denies.</summary>
    public async Task DecideAsync(string userCode, Person person, bool allow = true) =>
        Assert.True(await client.DecideAsync(userCode, person, allow));

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        await counting;
        process.Dispose();
    }

    private async Task CountAsync()
    {
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            slowDowns += line == "slow_down" ? 1 : 0;
        }
    }
}
