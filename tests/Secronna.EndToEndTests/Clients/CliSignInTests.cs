using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Secronna.EndToEndTests.Identity;
using Secronna.EndToEndTests.Running;
using Secronna.IdentityProvider.People;

namespace Secronna.EndToEndTests.Clients;

/// <summary>People sign in by the command line, with a real server, a real provider and the real program.</summary>
public sealed partial class CliSignInTests : IAsyncLifetime
{
    private static readonly Person Ada = new("usr_ada", TestInstallation.WorkspaceId, "ada@example.com", "Ada", "member");

    private TestInstallation? installation;
    private CommandLine? cli;
    private ProviderProcess? provider;
    private RunningServer? server;

    private string SessionPath => Path.Combine(installation!.Folder["home"], ".secronna", "session.json");

    public async ValueTask InitializeAsync()
    {
        installation = await TestInstallation.CreateAsync();
        cli = new CommandLine(installation.Folder.Path, new() { ["HOME"] = Directory.CreateDirectory(installation.Folder["home"]).FullName });
    }

    public async ValueTask DisposeAsync()
    {
        await (server?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (provider?.DisposeAsync() ?? ValueTask.CompletedTask);
        installation!.Dispose();
    }

    [Fact]
    public async Task A_sign_in_lasts_until_the_sign_out()
    {
        await StartAsync();
        var signedIn = await SignInAsync(code => provider!.DecideAsync(code, Ada));
        Assert.True(signedIn.ExitCode == 0, signedIn.Error);
        Assert.Contains($"Signed in to {server!.Url} as user Ada", signedIn.Error, StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(SessionPath));

        var first = Session();
        var whoami = await RunAsync("auth", "whoami");
        Assert.True(whoami.ExitCode == 0, whoami.Error);
        Assert.Contains("user Ada", whoami.Out, StringComparison.Ordinal);
        Assert.Contains($"a sign-in with {provider!.Issuer}", whoami.Error, StringComparison.Ordinal);
        Assert.DoesNotContain((string)first["signIn"]!["accessToken"]!, whoami.Out + whoami.Error, StringComparison.Ordinal);
        Assert.Equal(first.ToJsonString(), Session().ToJsonString());

        await cli!.DoAsync("auth", "logout");
        Assert.Null(Session()["signIn"]);
        Assert.Equal(provider.Issuer, (string?)Session()["pins"]![server.Url]!["issuer"]);
        var after = await RunAsync("auth", "whoami");
        Assert.Equal(1, after.ExitCode);
        Assert.Contains("Error [AUTH_REQUIRED]", after.Error, StringComparison.Ordinal);
        Assert.Contains("secronna auth login", after.Error, StringComparison.Ordinal);
        Assert.Equal("invalid_grant", await provider.RefreshErrorAsync((string)first["signIn"]!["refreshToken"]!));
    }

    // The token has less than a minute left, so each of the eight commands wants to renew it.
    [Fact]
    public async Task Commands_that_run_at_the_same_time_renew_a_session_one_after_the_other()
    {
        await StartAsync("--access-token-lifetime", "59");
        await SignInAsync(code => provider!.DecideAsync(code, Ada));
        var first = (string)Session()["signIn"]!["refreshToken"]!;

        var all = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => RunAsync("auth", "whoami")));

        Assert.All(all, ended => Assert.True(ended.ExitCode == 0, ended.Error));
        Assert.NotEqual(first, (string)Session()["signIn"]!["refreshToken"]!);
        Assert.Equal(Path.GetFileName(SessionPath), Path.GetFileName(Assert.Single(
            Directory.GetFiles(Path.GetDirectoryName(SessionPath)!), file => !file.EndsWith(".lock", StringComparison.Ordinal))));
    }

    [Fact]
    public async Task After_the_provider_ended_a_session_the_error_says_how_to_sign_in_again()
    {
        await StartAsync("--access-token-lifetime", "59");
        await SignInAsync(code => provider!.DecideAsync(code, Ada));
        await provider!.RevokeAsync((string)Session()["signIn"]!["refreshToken"]!);

        var ended = await RunAsync("auth", "whoami");

        Assert.Equal(1, ended.ExitCode);
        Assert.Contains("Error [AUTH_REQUIRED]: the sign-in has ended", ended.Error, StringComparison.Ordinal);
        Assert.Contains("secronna auth login", ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_person_who_denies_is_not_signed_in()
    {
        await StartAsync();
        var ended = await SignInAsync(code => provider!.DecideAsync(code, Ada, allow: false));
        Assert.Equal(1, ended.ExitCode);
        Assert.Contains("the sign-in was denied", ended.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(SessionPath));
    }

    [Fact]
    public async Task A_code_that_nobody_enters_expires()
    {
        await StartAsync("--device-code-lifetime", "2");
        var ended = await SignInAsync(_ => Task.CompletedTask);
        Assert.Equal(1, ended.ExitCode);
        Assert.Contains("the code has expired", ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_program_slows_down_when_the_provider_says_so()
    {
        await StartAsync("--interval", "1.5", "--said-interval", "1", "--slow-down-step", "1");
        var ended = await SignInAsync(async code =>
        {
            // The code is entered only after a poll was too fast, which is the second poll at the earliest.
            await Until.HoldsAsync("a poll too fast", () => provider!.SlowDowns > 0);
            await provider!.DecideAsync(code, Ada);
        });
        Assert.True(ended.ExitCode == 0, ended.Error);
        Assert.Equal(1, provider!.SlowDowns);
    }

    [Fact]
    public async Task A_server_that_does_not_allow_the_persons_workspace_leaves_no_session()
    {
        var eve = new Person("usr_eve", "acc_eve", "eve@example.com", "Eve", "owner");
        provider = await ProviderProcess.StartAsync(installation!.Folder, eve);
        await ServeAsync();
        var ended = await SignInAsync(code => provider.DecideAsync(code, eve));
        Assert.Equal(1, ended.ExitCode);
        Assert.Contains("Error [FORBIDDEN]", ended.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(SessionPath));
    }

    [Fact]
    public async Task On_a_server_without_a_provider_login_says_what_to_do_instead()
    {
        server = await installation!.ServeAsync();
        var ended = await RunAsync("auth", "login", "--server", server.Url);
        Assert.Equal(1, ended.ExitCode);
        Assert.Contains("secronna auth login --api-key -", ended.Error, StringComparison.Ordinal);
    }

    private async Task StartAsync(params string[] arguments)
    {
        provider = await ProviderProcess.StartAsync(installation!.Folder, [Ada], arguments);
        await ServeAsync();
    }

    private async Task ServeAsync()
    {
        foreach (var (name, value) in provider!.Settings)
        {
            installation!.Environment[name] = value;
        }

        server = await installation!.ServeAsync();
    }

    // Does what a person does: reads the code from the terminal and enters it elsewhere.
    private async Task<Ended> SignInAsync(Func<string, Task> enter)
    {
        using var process = cli!.Start("auth", "login", "--no-browser", "--yes", "--server", server!.Url);
        process.StandardInput.Close();
        var who = (await process.StandardError.ReadLineAsync().WaitAsync(Until.Patience))!;
        Assert.Equal($"Signing in at {provider!.Issuer} as client secronna-cli, to get an access token for the scopes openid profile email offline_access. The token is sent to {server.Url}.", who);
        var shown = (await process.StandardError.ReadLineAsync().WaitAsync(Until.Patience))!;
        var (output, rest) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        var code = ShownCode().Match(shown);
        Assert.True(code.Success, shown);
        await enter(code.Groups[1].Value);
        await process.WaitForExitAsync().WaitAsync(Until.Patience);
        return new Ended(process.ExitCode, await output, await rest);
    }

    private JsonObject Session() => JsonNode.Parse(File.ReadAllBytes(SessionPath))!.AsObject();

    private Task<Ended> RunAsync(params string[] arguments) => cli!.RunAsync("", arguments);

    [GeneratedRegex(@"\AOpen http://127\.0\.0\.1:\d+/\S+ and enter the code ([A-Z]{4}-[A-Z]{4})\z")]
    private static partial Regex ShownCode();
}
