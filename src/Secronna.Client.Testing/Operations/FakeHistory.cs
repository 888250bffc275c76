using Secronna.Client.Testing.Http;
using Secronna.Client.Testing.State;
using Secronna.Protocol;

namespace Secronna.Client.Testing.Operations;

/// <summary>Lists what happened to the secrets of an environment, newest change first.</summary>
internal static class FakeHistory
{
    public static FakeAnswer List(FakeRequest request) => FakePages.Page(
        request,
        request.FindEnvironment().SecretsIncludingDeleted
            .Where(secret => request.CallerMay(secret, GrantActionNames.List)).SelectMany(ChangesOf),
        change => $"{change.At.Microseconds:D19}:{change.SecretId}", change => change, ProtocolJson.Default.HistoryResponse,
        isDescending: true);

    private static IEnumerable<HistoryResponse> ChangesOf(FakeSecret secret)
    {
        foreach (var version in secret.Versions)
        {
            yield return new HistoryResponse(
                version.CreatedAt, version.Kind, secret.Key, secret.Id, version.Number, version.CreatedBy, version.Comment);
            if (version is { DestroyedAt: { } destroyedAt, DestroyedBy: { } destroyedBy })
            {
                yield return new HistoryResponse(
                    destroyedAt, ChangeNames.Destroyed, secret.Key, secret.Id, version.Number, destroyedBy, null);
            }
        }

        if (secret is { DeletedAt: { } at, DeletedBy: { } by })
        {
            yield return new HistoryResponse(at, ChangeNames.Deleted, secret.Key, secret.Id, null, by, null);
        }
    }
}
