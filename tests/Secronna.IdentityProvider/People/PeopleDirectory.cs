using System.Collections.Concurrent;

namespace Secronna.IdentityProvider.People;

/// <summary>Who can sign in. What changes here is in the next token, also in one that a refresh gives.</summary>
public sealed class PeopleDirectory
{
    private readonly ConcurrentDictionary<string, Person> people = new(StringComparer.Ordinal);

    internal PeopleDirectory(IEnumerable<Person> people)
    {
        foreach (var person in people)
        {
            Put(person);
        }
    }

    /// <summary>Everyone, in the order of their subjects.</summary>
    public IReadOnlyList<Person> All => [.. people.Values.OrderBy(person => person.Sub, StringComparer.Ordinal)];

    /// <summary>Adds someone, or replaces who had this subject.</summary>
    public void Put(Person person) => people[person.Sub] = person;

    /// <summary>From now on they get no token, not even by a refresh.</summary>
    public void Remove(string sub) => people.TryRemove(sub, out _);

    /// <summary>Who has this subject, or null.</summary>
    public Person? Find(string? sub) => sub is not null && people.TryGetValue(sub, out var person) ? person : null;
}
