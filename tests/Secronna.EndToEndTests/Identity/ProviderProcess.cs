using System.Diagnostics;
using System.Text.Json;
using Secronna.IdentityProvider.Flows;
using Secronna.IdentityProvider.People;

namespace Secronna.EndToEndTests.Identity;

/// <summary>The test identity provider as a process of its own, and a client that signs people in there.</summary>
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

    /// <summary>Starts a provider with additional arguments, which override the defaults.</summary>
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

    /// <summary>The settings of a server that accepts the provider's tokens.</summary>
    public IEnumerable<KeyValuePair<string, string>> Settings =>
    [
        new("Secronna__Huudis__Issuer", Issuer), new("Secronna__Huudis__RequireHttpsMetadata", "false"),
        new("Secronna__Huudis__Audiences__0", "secronna"),
    ];

    /// <summary>Signs a person in by the device flow, as the command line does, and returns the access token.</summary>
    public async Task<string> SignInAsync(Person person)
    {
        var device = await client.BeginDeviceAsync();
        Assert.True(await client.DecideAsync(device.UserCode, person));
        return (await client.PollAsync(device)).OrThrow().AccessToken!;
    }

    /// <summary>How often the provider answered a poll with <c>slow_down</c>.</summary>
    public int SlowDowns => Volatile.Read(ref slowDowns);

    /// <summary>Revokes a refresh token.</summary>
    public Task RevokeAsync(string refreshToken) => client.RevokeAsync(refreshToken);

    /// <summary>Uses a refresh token and returns the provider's error code; <c>null</c> if the token was accepted.</summary>
    public async Task<string?> RefreshErrorAsync(string refreshToken) => (await client.RefreshAsync(refreshToken)).Error;

    /// <summary>Enters a user code as the person would, and allows or denies the sign-in.</summary>
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
