using Secronna.IdentityProvider;
using Secronna.IntegrationTests.Engines;
using Xunit;

[assembly: AssemblyFixture(typeof(SharedServer))]

namespace Secronna.IntegrationTests.Harness;

/// <summary>
/// One server for all tests that need only a workspace of their own. It starts when the first test asks for it, and ends
/// after the last test, together with what the engine started.
/// </summary>
public sealed class SharedServer : IAsyncDisposable
{
    private readonly Lazy<Task<TestServer>> server = new(async () =>
        await TestServer.StartAsync(provider: await TestIdentityProvider.StartAsync()));

    internal Task<TestServer> GetAsync() => server.Value;

    internal async Task<TestEnvironment> NewTestEnvironmentAsync() => await (await GetAsync()).NewTestEnvironmentAsync();

    internal async Task<Workspace> NewWorkspaceAsync() => await (await GetAsync()).NewWorkspaceAsync();

    public async ValueTask DisposeAsync()
    {
        if (server.IsValueCreated)
        {
            await (await server.Value).DisposeAsync();
            await (await server.Value).Provider!.DisposeAsync();
        }

        await TestEngine.Current.DisposeAsync();
    }
}
