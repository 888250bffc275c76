using System.Net;
using Secronna.IdentityProvider.People;

namespace Secronna.IdentityProvider.Pages;

/// <summary>Makes the provider's pages: plain forms, which tests post as a browser would.</summary>
internal static class Html
{
    public static IResult Page(string title, string body, int status = StatusCodes.Status200OK) => Results.Content(
        $"<!doctype html><html lang=\"en\"><title>{Encode(title)}</title><h1>{Encode(title)}</h1>{body}</html>",
        "text/html; charset=utf-8",
        statusCode: status);

    /// <summary>Returns a form that asks who signs in and whether they allow it, and that also sends the given fields.</summary>
    public static string DecisionForm(string action, string fields, IEnumerable<Person> people) =>
        $"""
        <form method="post" action="{action}">{fields}
        <p><label>Who <select name="{Decision.PersonField}">{string.Concat(people.Select(Option))}</select></label>
        <p><label>Audiences <input name="{Decision.AudienceField}" placeholder="as usual"></label>
        <p><button name="{Decision.DecisionField}" value="{Decision.Allow}">Allow</button>
        <button name="{Decision.DecisionField}" value="{Decision.Deny}">Deny</button>
        </form>
        """;

    public static string Hidden(string name, string? value) =>
        $"<input type=\"hidden\" name=\"{Encode(name)}\" value=\"{Encode(value ?? "")}\">";

    public static string Encode(string text) => WebUtility.HtmlEncode(text);

    private static string Option(Person person) =>
        $"<option value=\"{Encode(person.Sub)}\">{Encode(person.Name ?? person.Sub)}</option>";
}
