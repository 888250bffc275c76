using Secronna.IdentityProvider.Hosting;
using Secronna.IdentityProvider.People;

namespace Secronna.IdentityProvider.Pages;

/// <summary>An answered sign-in form: the person, whether they allow it, and the audiences of the access token.</summary>
internal sealed record Decision(Person? Person, bool IsAllowed, IReadOnlyList<string> Audiences)
{
    public const string PersonField = "person";
    public const string DecisionField = "decision";
    public const string AudienceField = "token_audience";
    public const string Allow = "allow";
    public const string Deny = "deny";

    /// <summary>Reads the answered form; <c>null</c> if the request has none, so that the form is to be shown.</summary>
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

    /// <summary>Returns the audiences that a form field names or, if it is empty, those of the options.</summary>
    public static IReadOnlyList<string> AudiencesOf(string? field, ProviderOptions options) =>
        field?.Split(' ', StringSplitOptions.RemoveEmptyEntries) is { Length: > 0 } audiences ? audiences : options.Audiences;
}
