using Secronna.EndToEndTests.Running;
using Secronna.Tests.Contract;

namespace Secronna.EndToEndTests.Clients;

/// <summary>The command line keeps the same contract as the API and the client: the same cases, with the real programs.</summary>
public sealed class CliContractTests(ContractServer shared) : IClassFixture<ContractServer>
{
    public static TheoryData<string> Cases => [.. ContractCases.All.Keys];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task The_command_line_keeps_the_contract(string name)
    {
        var token = await shared.NewWorkspaceAsync();
        await ContractCases.All[name](new CommandDriver(
            new HttpDriver(shared.Http, new Uri(shared.Url), token), shared.Folder, shared.Url, token));
    }
}

/// <summary>A server that has a new workspace for each case.</summary>
public sealed class ContractServer : IAsyncLifetime
{
    private TestInstallation? installation;
    private RunningServer? server;
    private int workspaces;

    internal HttpClient Http { get; } = new();

    internal string Url => server!.Url;

    internal string Folder => installation!.Folder.Path;

    public async ValueTask InitializeAsync()
    {
        installation = await TestInstallation.CreateAsync();
        server = await installation.ServeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await server!.DisposeAsync();
        Http.Dispose();
        installation!.Dispose();
    }

    internal async Task<string> NewWorkspaceAsync()
    {
        var id = $"acc_case_{Interlocked.Increment(ref workspaces)}";
        await installation!.DoAsync("workspace", "allow", id);
        return await installation.CreateApiKeyAsync(id);
    }
}
