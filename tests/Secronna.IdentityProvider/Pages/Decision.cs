using Secronna.IdentityProvider.Hosting;
using Secronna.IdentityProvider.People;

namespace Secronna.IdentityProvider.Pages;

/// <summary>What a form was answered: who, allow or deny, and what the access token is to be for.</summary>
internal sealed record Decision(Person? Person, bool IsAllowed, IReadOnlyList<string> Audiences)
{
    public const string PersonField = "person";
    public const string DecisionField = "decision";
    public const string AudienceField = "token_audience";
    public const string Allow = "allow";
    public const string Deny = "deny";

    /// <summary>The answer, or null if the form is yet to be shown.</summary>
    public static async Task<Decision?> ReadAsync(HttpRequest request, ProviderState state)
    {
        if (!request.HasFormContentType)
        {
            return null;
        }

        var form = await request.ReadFormAsync();
        if (form[DecisionField] is not [{ } decision])
        {
            return null;
        }

        return new Decision(
            state.People.Find(form[PersonField]),
            decision == Allow,
            AudiencesOf(form[AudienceField], state.Options));
    }

    /// <summary>The audiences that this field names, or those that are usual.</summary>
    public static IReadOnlyList<string> AudiencesOf(string? field, ProviderOptions options) =>
        field?.Split(' ', StringSplitOptions.RemoveEmptyEntries) is { Length: > 0 } audiences ? audiences : options.Audiences;
}
