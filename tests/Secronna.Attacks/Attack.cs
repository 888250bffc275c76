namespace Secronna.Attacks;

/// <summary>A way in which a weak credential or a stranger tries to stop the server for everybody else.</summary>
/// <param name="Name">The attack's name, as the program's argument.</param>
/// <param name="Description">What the attacker does.</param>
/// <param name="RunAsync">Attacks until the attacker must end.</param>
internal sealed record Attack(string Name, string Description, Func<Attacker, Task> RunAsync)
{
    /// <summary>Every attack.</summary>
    public static IReadOnlyList<Attack> All { get; } =
        [.. BodyAttacks.All, .. ConnectionAttacks.All, .. CredentialAttacks.All, .. ListAttacks.All, .. RevealAttacks.All, .. WriteAttacks.All];
}
