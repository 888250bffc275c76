using System.Text;
using Secronna.Client.Testing.Errors;
using Secronna.Client.Testing.Http;
using Secronna.Client.Testing.State;
using Secronna.Protocol;

namespace Secronna.Client.Testing.Operations;

/// <summary>Restores an environment to how it stood at an instant.</summary>
internal static class FakeRestore
{
    private static ProtocolJson Json => ProtocolJson.Default;

    public static FakeAnswer Restore(FakeRequest request)
    {
        var wanted = request.ReadBody(FakeRequestBodies.Restore);
        var environment = Require(request, wanted);
        var changes = Plan(request, environment, wanted);
        var answer = new RestoreResponse(wanted.At, wanted.DryRun == true, [.. changes.Select(change => change.Change)]);
        if (!answer.DryRun)
        {
            if (request.FindFirstAnswer<RestoreResponse>(AuditActions.EnvironmentRestore, FakeAudit.About(environment)) is { } first)
            {
                return FakeAnswer.Ok(Cut(request, environment, first), Json.RestoreResponse);
            }

            Apply(request, environment, wanted, changes);
            request.RememberAnswer(answer);
        }

        return FakeAnswer.Ok(answer, Json.RestoreResponse);
    }

    // Leaves out what the caller may not restore any more.
    private static RestoreResponse Cut(FakeRequest request, FakeEnvironment environment, RestoreResponse first) => first with
    {
        Changes =
        [
            .. first.Changes.Where(change => request.CallerMay(environment, change.Key, GrantActionNames.Reveal)
                && request.CallerMay(environment, change.Key, GrantActionNames.Write)),
        ],
    };

    private static FakeEnvironment Require(FakeRequest request, RestoreRequest wanted)
    {
        var found = request.Workspace.FindEnvironment(request.PathVariable("envId"));
        if (found is not null && request.CallerSees(found, GrantActionNames.Reveal))
        {
            found.SettleUpTo(wanted.At, request.Workspace.Now);
        }

        return request.Require(found, AuditActions.EnvironmentRestore, wanted.Prune == true
            ? [GrantActionNames.Write, GrantActionNames.Reveal, GrantActionNames.Delete]
            : [GrantActionNames.Write, GrantActionNames.Reveal]);
    }

    // The changes are ordered by key. For one key, the secret that was deleted comes before the secret that has the key now.
    private static List<(FakeSecret Secret, RestoreChange Change)> Plan(
        FakeRequest request, FakeEnvironment environment, RestoreRequest wanted)
    {
        bool MayRestore(FakeSecretSnapshot snapshot) =>
            request.CallerMay(snapshot.Secret, GrantActionNames.Reveal) && request.CallerMay(snapshot.Secret, GrantActionNames.Write);

        var then = environment.SnapshotAt(wanted.At).Where(MayRestore).ToList();
        var createdSince = environment.SnapshotAt(null).Where(MayRestore)
            .Where(now => then.TrueForAll(old => old.Secret != now.Secret))
            .Select(now => (now.Secret, new RestoreChange(now.Secret.Key, now.Secret.Id,
                wanted.Prune == true && request.CallerMay(now.Secret, GrantActionNames.Delete)
                    ? RestoreResults.Pruned
                    : RestoreResults.CreatedSince)));
        return [.. then.Select(old => (old.Secret, ChangeOf(old))).Concat(createdSince).OrderBy(it => it.Secret.Key, StringComparer.Ordinal)];
    }

    private static RestoreChange ChangeOf(FakeSecretSnapshot then)
    {
        var (secret, (to, current)) = (then.Secret, (then.Version.Number, then.Secret.Current.Number));
        return then.IsUnrecoverable ? new RestoreChange(secret.Key, secret.Id, RestoreResults.Unrecoverable)
            : to == current ? new RestoreChange(secret.Key, secret.Id, RestoreResults.Unchanged)
            : new RestoreChange(secret.Key, secret.Id, RestoreResults.Restored, current, to, current + 1);
    }

    private static void Apply(
        FakeRequest request, FakeEnvironment environment, RestoreRequest wanted, List<(FakeSecret Secret, RestoreChange Change)> changes)
    {
        var restored = changes.Where(it => it.Change.Result == RestoreResults.Restored)
            .Select(it => (it.Secret, it.Secret.Versions[it.Change.To!.Value - 1].Value)).ToList();
        if (restored.Sum(it => (long)Encoding.UTF8.GetByteCount(it.Value)) > Limits.RestoreBytes)
        {
            throw FakeErrors.RestoreTooLarge(Limits.RestoreBytes);
        }

        var at = environment.TakeInstant(request.Workspace.Now);
        foreach (var (secret, value) in restored)
        {
            var written = FakeSecretWrites.Mint(request, secret, VersionKinds.Restored, value, at, wanted.Comment);
            request.Record(AuditActions.SecretRollback, FakeAudit.About(secret, written.Version));
        }

        foreach (var (secret, _) in changes.Where(it => it.Change.Result == RestoreResults.Pruned))
        {
            FakeSecrets.Delete(request, secret, at);
        }

        request.Record(AuditActions.EnvironmentRestore, FakeAudit.About(environment) with { Name = wanted.At.ToString() });
    }
}
