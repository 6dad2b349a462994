//! Small systems of linear equations.

/// Solves a x = b by Gaussian elimination with pivoting. None if `a` is singular.
pub(super) fn solve(mut a: Vec<Vec<f64>>, mut b: Vec<f64>) -> Option<Vec<f64>> {
    let n = b.len();
    let scale = a.iter().flatten().fold(0.0_f64, |m, x| m.max(x.abs()));
    for col in 0..n {
        let pivot = (col..n).max_by(|i, j| a[*i][col].abs().total_cmp(&a[*j][col].abs()))?;
        if a[pivot][col].abs() <= 1e-12 * scale {
            return None;
        }
        a.swap(col, pivot);
        b.swap(col, pivot);
        let (head, tail) = a.split_at_mut(col + 1);
        let from = &head[col];
        for (i, row) in tail.iter_mut().enumerate() {
            let factor = row[col] / from[col];
            for (x, y) in row.iter_mut().zip(from).skip(col) {
                *x -= factor * y;
            }
            b[col + 1 + i] -= factor * b[col];
        }
    }
    for i in (0..n).rev() {
        let known: f64 = (i + 1..n).map(|j| a[i][j] * b[j]).sum();
        b[i] = (b[i] - known) / a[i][i];
    }
    Some(b)
}

/// The inverse of a square matrix. None if it is singular.
pub(super) fn inverse(a: &[Vec<f64>]) -> Option<Vec<Vec<f64>>> {
    let n = a.len();
    // By symmetry of the question, rows of the answer are columns of it.
    let columns: Vec<Vec<f64>> = (0..n)
        .map(|j| {
            solve(
                a.to_vec(),
                (0..n).map(|i| if i == j { 1.0 } else { 0.0 }).collect(),
            )
        })
        .collect::<Option<_>>()?;
    Some(
        (0..n)
            .map(|i| columns.iter().map(|column| column[i]).collect())
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn solves_by_hand() {
        // 2x + y = 5, x + 3y = 10; the first needs a change of rows.
        assert_eq!(
            solve(vec![vec![2.0, 1.0], vec![1.0, 3.0]], vec![5.0, 10.0]),
            Some(vec![1.0, 3.0])
        );
        assert_eq!(
            solve(vec![vec![0.0, 1.0], vec![2.0, 0.0]], vec![3.0, 4.0]),
            Some(vec![2.0, 3.0])
        );
        assert_eq!(
            solve(vec![vec![1.0, 2.0], vec![2.0, 4.0]], vec![1.0, 2.0]),
            None
        );
    }

    #[test]
    fn inverts_by_hand() {
        let inverse = inverse(&[vec![4.0, 7.0], vec![2.0, 6.0]]).unwrap();
        let want = [[0.6, -0.7], [-0.2, 0.4]];
        for (row, want) in inverse.iter().flatten().zip(want.iter().flatten()) {
            assert!((row - want).abs() < 1e-15);
        }
    }
}
