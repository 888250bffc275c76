using Secronna.Client.Testing.Errors;
using Secronna.Client.Testing.Http;
using Secronna.Client.Testing.State;
using Secronna.Protocol;

namespace Secronna.Client.Testing.Operations;

/// <summary>The operations that mint versions: writes, batches and rollbacks.</summary>
internal static class FakeSecretWrites
{
    private static ProtocolJson Json => ProtocolJson.Default;

    public static FakeAnswer Write(FakeRequest request) =>
        FakeAnswer.Created(Write(request, [request.ReadBody(FakeRequestBodies.Write)])[0], Json.WrittenResponse);

    public static FakeAnswer WriteAll(FakeRequest request) =>
        FakeAnswer.Created(Write(request, request.ReadBody(FakeRequestBodies.Batch)), Json.IReadOnlyListWrittenResponse);

    public static FakeAnswer RollBack(FakeRequest request)
    {
        const string Action = AuditActions.SecretRollback;
        var rollback = request.ReadBody(FakeRequestBodies.Rollback);
        var secret = request.FindSecret(Action, GrantActionNames.Write, GrantActionNames.Reveal);
        if (request.FindFirstAnswer<WrittenResponse>(Action, FakeAudit.About(secret, null)) is { } first)
        {
            return FakeAnswer.Created(first, Json.WrittenResponse);
        }

        var version = request.FindVersion(Action, secret, rollback.Version);
        var written = Mint(
            request, secret, VersionKinds.RolledBack, version.Value, secret.Environment.TakeInstant(request.Workspace.Now), rollback.Comment);
        request.Record(Action, FakeAudit.About(secret, written.Version));
        request.RememberAnswer(written);
        return FakeAnswer.Created(written, Json.WrittenResponse);
    }

    /// <summary>Adds a version to a secret. The caller records the audit entry.</summary>
    public static WrittenResponse Mint(
        FakeRequest request, FakeSecret secret, string kind, string value, Instant at, string? comment)
    {
        var version = new FakeSecretVersion(secret.Versions.Count + 1, kind, value, at, request.Caller.Id, comment);
        secret.Versions.Add(version);
        secret.Environment.Project.Keks[^1].Wraps++;
        return new WrittenResponse(secret.Id, secret.Key, version.Number);
    }

    // Every check comes before the first change, so that a refused batch changes nothing.
    private static IReadOnlyList<WrittenResponse> Write(FakeRequest request, IReadOnlyList<WriteSecretRequest> writes)
    {
        var found = request.Workspace.FindEnvironment(request.PathVariable("envId"));
        var about = FakeAudit.About(found, [.. writes.Select(write => write.Key)]);
        var environment = request.Require(found, AuditActions.SecretWrite, [], about: about);
        if (!request.CallerSees(environment))
        {
            throw request.RecordRefusal(AuditActions.SecretWrite, FakeErrors.NotFound("environment"), about);
        }

        string[] refused =
            [.. writes.Select(write => write.Key).Where(key => !request.CallerMay(environment, key, GrantActionNames.Write))];
        if (refused.Length > 0)
        {
            throw request.RecordRefusal(
                AuditActions.SecretWrite, request.RefusalOnKeys(environment, refused, GrantActionNames.Write), about);
        }

        if (request.FindFirstAnswer<IReadOnlyList<WrittenResponse>>(AuditActions.SecretWrite, about) is { } first)
        {
            return first;
        }

        RequireExpected(request, environment, writes);
        var added = writes.Count(write => !environment.Secrets.ContainsKey(write.Key));
        if (added > 0 && environment.Secrets.Count + added > Limits.EnvironmentKeys)
        {
            throw FakeErrors.EnvironmentFull(Limits.EnvironmentKeys);
        }

        var at = environment.TakeInstant(request.Workspace.Now);
        IReadOnlyList<WrittenResponse> written = [.. writes.Select(write => Write(request, environment, write, at))];
        request.RememberAnswer(written);
        return written;
    }

    private static WrittenResponse Write(FakeRequest request, FakeEnvironment environment, WriteSecretRequest write, Instant at)
    {
        if (!environment.Secrets.TryGetValue(write.Key, out var secret))
        {
            secret = new FakeSecret(environment, request.Workspace.NewId(Ids.Secret), write.Key);
            environment.SecretsIncludingDeleted.Add(secret);
            environment.Secrets.Add(write.Key, secret);
        }

        var written = Mint(request, secret, VersionKinds.Written, write.Value, at, write.Comment);
        request.Record(AuditActions.SecretWrite, FakeAudit.About(secret, written.Version));
        return written;
    }

    // A caller that may only write must not learn the current version.
    private static void RequireExpected(FakeRequest request, FakeEnvironment environment, IReadOnlyList<WriteSecretRequest> writes)
    {
        foreach (var write in writes)
        {
            var current = environment.Secrets.GetValueOrDefault(write.Key)?.Current.Number ?? 0;
            if (write.ExpectedVersion is { } expected && expected != current)
            {
                var isShown = request.CallerMay(environment, write.Key, GrantActionNames.List, GrantActionNames.Reveal);
                throw FakeErrors.VersionConflict(write.Key, expected, isShown ? current : null);
            }
        }
    }
}
