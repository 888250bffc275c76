using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Secronna.Crypto;
using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.Features.Environments;
using Secronna.Server.Features.Projects;
using Secronna.Server.Features.Secrets;
using Secronna.Server.MasterKeys;
using Secronna.Server.Vault;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.IntegrationTests.Harness;

/// <summary>A version that was written, and the value that its reveal must give.</summary>
internal sealed record WrittenVersion(string WorkspaceId, string ProjectId, string EnvironmentId, string SecretId, int Version, string Value);

/// <summary>Does what routes of the API do, by calling the services behind them.</summary>
internal static class ServiceCalls
{
    public static Caller Caller(string workspaceId) => new(
        ActorTypes.ApiKey, "key_1", workspaceId, "test", Role.Admin, new RequestOrigin("req_1", "127.0.0.1", "test"));

    public static Task AllowAsync(this IServiceProvider services, string workspaceId) =>
        services.GetRequiredService<Database>().WriteAsync(workspaceId, static async (transaction, id) =>
        {
            await WorkspaceTable.AllowAsync(transaction, id, null, 1);
            return true;
        });

    public static async Task<string> AddProjectAsync(this IServiceProvider services, string workspaceId, string name) =>
        (await services.GetRequiredService<ProjectService>().CreateAsync(Caller(workspaceId), name)).Id;

    public static async Task<string> AddEnvironmentAsync(
        this IServiceProvider services, string workspaceId, string projectId, string name) =>
        (await services.GetRequiredService<EnvironmentService>().CreateAsync(Caller(workspaceId), projectId, name)).Id;

    public static async Task<WrittenVersion[]> WriteAsync(
        this IServiceProvider services, string workspaceId, string projectId, string environmentId, params string[] keys)
    {
        var writes = keys.Select(key => new ValueToWrite(key, Pin($"value of {key}, {Unique()}"), null, null)).ToList();
        var answers = await services.GetRequiredService<SecretService>().WriteAsync(Caller(workspaceId), environmentId, writes, null);
        return [.. answers.Select((answer, i) => new WrittenVersion(
            workspaceId, projectId, environmentId, answer.Id, answer.Version, Encoding.UTF8.GetString(writes[i].Value.Span)))];
    }

    /// <summary>Reveals a version and returns its value, or the error code if it is refused.</summary>
    public static async Task<string> RevealAsync(this IServiceProvider services, WrittenVersion written, string? workspaceId = null)
    {
        try
        {
            using var revealed = await services.GetRequiredService<RevealService>()
                .RevealAsync(Caller(workspaceId ?? written.WorkspaceId), written.SecretId, written.Version);
            return Encoding.UTF8.GetString(revealed.Value.Span);
        }
        catch (RequestException refused)
        {
            return refused.Code;
        }
        catch (MasterKeyException)
        {
            return ErrorCodes.Unavailable;
        }
    }

    public static Task<string[]> RevealAllAsync(this IServiceProvider services, IEnumerable<WrittenVersion> all) =>
        Task.WhenAll(all.Select(written => services.RevealAsync(written)));

    private static PinnedBuffer Pin(string text)
    {
        var value = PinnedBuffer.Rent(Encoding.UTF8.GetByteCount(text));
        Encoding.UTF8.GetBytes(text, value.Span);
        return value;
    }

    private static string Unique() => Ids.New("", TimeProvider.System.GetUtcNow());
}
