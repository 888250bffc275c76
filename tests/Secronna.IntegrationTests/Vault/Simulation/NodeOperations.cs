using Microsoft.Extensions.DependencyInjection;
using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.Features.Keys;
using Secronna.Server.Features.Secrets;
using Secronna.Server.MasterKeys;
using Secronna.Server.Vault;
using Secronna.Storage.Tables;
using Xunit;

namespace Secronna.IntegrationTests.Vault.Simulation;

/// <summary>The operations that a step of the simulation may do on a node.</summary>
internal sealed class NodeOperations(SimulatedNode node, VersionModel model, Dice dice, string step)
{
    public const string Workspace = "acc_a";

    private const int Keys = 5;
    private const int Environments = 4;

    private IServiceProvider Services => node.Node.Services;

    /// <summary>
    /// Runs work that may be UNAVAILABLE while the node's provider fails, and that other steps may make impossible.
    /// </summary>
    public static async Task TryAsync(SimulatedNode node, Func<Task> work)
    {
        var mayBeUnavailable = node.MayBeUnavailable;
        try
        {
            await work();
        }
        catch (SettingsException)
        {
            // Another rotation came first, or there is nothing to rotate or to retire.
        }
        catch (Exception exception) when (exception is MasterKeyException or RequestException { Code: ErrorCodes.Unavailable })
        {
            Assert.True(mayBeUnavailable || node.MayBeUnavailable, $"node {node.Name} is UNAVAILABLE for no reason: {exception}");
        }
    }

    public Task AddProjectAsync() => TryAsync(node, async () =>
    {
        if (model.Environments.Count >= Environments)
        {
            return;
        }

        var project = await Services.AddProjectAsync(Workspace, "project " + step);
        model.Environments.Add((project, await Services.AddEnvironmentAsync(Workspace, project, "production")));
    });

    public Task WriteAsync()
    {
        var (project, environment) = dice.Of([.. model.Environments]);
        var keys = Enumerable.Range(0, 1 + dice.Next(3)).Select(_ => $"KEY_{dice.Next(Keys)}").Distinct().ToArray();
        return TryAsync(node, async () => model.Add(await Services.WriteAsync(Workspace, project, environment, keys)));
    }

    public Task RevealAsync() =>
        model.Versions is { Count: > 0 } versions ? model.CheckAsync(node, dice.Of(versions)) : Task.CompletedTask;

    public Task RotateKekAsync()
    {
        var (project, _) = dice.Of([.. model.Environments]);
        return TryAsync(node, () => Services.GetRequiredService<KekService>().RotateAsync(ServiceCalls.Caller(Workspace), project));
    }

    public async Task DeleteAsync()
    {
        if (model.NotDeleted is not { Count: > 0 } live)
        {
            return;
        }

        var id = dice.Of(live).SecretId;
        model.BeginDeletion(id);
        try
        {
            await Services.GetRequiredService<SecretService>().DeleteAsync(ServiceCalls.Caller(Workspace), id);
        }
        catch (RequestException refused) when (refused.Code == ErrorCodes.NotFound)
        {
            // Another step deleted it at the same time.
        }

        model.EndDeletion(id);
    }

    /// <summary>Begins to rewrap data keys and is interrupted at a random moment.</summary>
    public async Task RewrapDataKeysInterruptedAsync()
    {
        var rewrapper = Services.GetRequiredService<KekRewrapper>();
        var retiring = await node.Node.Database.ReadAsync(0, static (session, _) => KekTable.ListRetiringAsync(session, "", 10));
        RunInterrupted(async end =>
        {
            foreach (var kek in retiring)
            {
                await rewrapper.RunAsync(kek, end);
            }
        });
    }

    /// <summary>Begins to rewrap KEKs under the active master key and is interrupted at a random moment.</summary>
    public Task RewrapKeksInterruptedAsync()
    {
        var rewrapper = Services.GetRequiredService<MasterKeyRewrapper>();
        RunInterrupted(async end => await rewrapper.RunAsync(null, end));
        return Task.CompletedTask;
    }

    private void RunInterrupted(Func<CancellationToken, Task> work)
    {
        var yields = dice.Next(200);
        node.Run(async () =>
        {
            using var end = CancellationTokenSource.CreateLinkedTokenSource(node.Crashed);
            var going = work(end.Token);
            for (var i = 0; i < yields && !going.IsCompleted; i++)
            {
                await Task.Yield();
            }

            await end.CancelAsync();
            await going;
        });
    }
}
