using Secronna.Client.Testing.Errors;
using Secronna.Client.Testing.Http;
using Secronna.Client.Testing.State;
using Secronna.Protocol;

namespace Secronna.Client.Testing.Operations;

/// <summary>Appends entries to the audit trail.</summary>
internal static class FakeAudit
{
    private const string Address = "127.0.0.1";

    public static void Record(
        this FakeRequest request, string action, AuditMetadata about, string outcome = AuditOutcomes.Success)
    {
        var (workspace, caller) = (request.Workspace, request.Caller);
        workspace.Trail.Add(new AuditResponse(
            workspace.NewId(Ids.AuditEntry), workspace.Trail.Count + 1, workspace.Now, caller.Kind, caller.Id, action, outcome,
            request.Id, Address, request.UserAgent, null, request.Reason, about));
    }

    /// <summary>Records a refusal, and returns it to be thrown.</summary>
    public static FakeError RecordRefusal(this FakeRequest request, string action, FakeError error, AuditMetadata? about = null)
    {
        request.Record(action, about ?? new AuditMetadata(), AuditOutcomes.Denied);
        return error;
    }

    public static AuditMetadata About(FakeEnvironment? environment) =>
        new() { ProjectId = environment?.Project.Id, EnvironmentId = environment?.Id };

    /// <summary>Names the keys among those asked for that an environment has.</summary>
    public static AuditMetadata About(FakeEnvironment? environment, IReadOnlyCollection<string> keys)
    {
        if (keys.Count == 1)
        {
            return environment?.Secrets.GetValueOrDefault(keys.First()) is { } secret ? About(secret, null) : About(environment);
        }

        string[] found = [.. keys.Where(key => environment?.Secrets.ContainsKey(key) == true).Order(StringComparer.Ordinal)];
        return About(environment) with { Keys = found.Length == 0 ? null : found };
    }

    public static AuditMetadata About(FakeSecret secret, int? version) => About(secret.Environment) with
    {
        SecretId = secret.Id,
        Key = secret.Key,
        Path = secret.Path,
        Version = version,
    };
}
