using Secronna.IdentityProvider;
using Secronna.IntegrationTests.Engines;
using Xunit;

[assembly: AssemblyFixture(typeof(SharedServer))]

namespace Secronna.IntegrationTests.Harness;

/// <summary>
/// One server for all tests that only need a workspace of their own, started when the first asks. With the last test it
/// ends, and so does what the engine started.
/// </summary>
public sealed class SharedServer : IAsyncDisposable
{
    private readonly Lazy<Task<TestServer>> server = new(async () =>
        await TestServer.StartAsync(provider: await TestIdentityProvider.StartAsync()));

    internal Task<TestServer> GetAsync() => server.Value;

    internal async Task<Place> NewPlaceAsync() => await (await GetAsync()).NewPlaceAsync();

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
